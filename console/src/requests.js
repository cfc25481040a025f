import { beside } from './place.js';

const credentialHeaders = ['authorization', 'x-api-key'];

// Sends a request of GraphQL with a credential, '' for none, and gives the answer's status, result
// and, in seconds, when it can be tried again. It fails where there is no gateway, or no JSON.
export async function post(params, credential, extraHeaders, signal) {
  const headers = new Headers({
    'Content-Type': 'application/json',
    Accept: 'application/graphql-response+json, application/json;q=0.9',
  });
  for (const [name, value] of Object.entries(extraHeaders ?? {})) {
    headers.set(name, value);
  }
  // Two credentials count as none, so what is written by hand into the headers stands alone.
  if (credential && !credentialHeaders.some(name => headers.has(name))) {
    headers.set('Authorization', `Bearer ${credential}`);
  }
  const response = await fetch(beside('../graphql'), {
    method: 'POST',
    headers,
    body: JSON.stringify(params),
    redirect: 'error', // The credential is for this gateway.
    signal,
  });
  const text = await response.text();
  const { status } = response;
  try {
    // Whatever the status: a 400 carries errors worth reading.
    return { status, retryAfter: Number(response.headers.get('Retry-After')), result: JSON.parse(text) };
  } catch {
    throw new Error(`The gateway answered ${status} without JSON: ${text.trim() || 'empty body'}`);
  }
}

const sentence = text => text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? '' : '.');

// Says in words why the gateway did not let a request in; undefined if it did. That it asks for a
// credential is no fault of anybody.
export function turnedAway({ status, retryAfter, result }, credential) {
  const said = words(result);
  switch (status) {
    case 401:
      return credential
        ? { status, message: `Refused: ${said}.` }
        : { status, asks: true, message: 'This gateway asks for a credential: an API key or a token.' };
    case 403:
      return { status, message: `Not allowed: ${said}.` };
    case 429: {
      const wait = retryAfter ? ` It can be tried again in ${retryAfter} s.` : '';
      return { status, message: `Too many requests: ${said}.${wait}` };
    }
  }
}

// The messages of an answer's errors as one text.
export const words = result =>
  (result.errors ?? []).map(error => error.message.replace(/\.$/, '')).join('; ') || 'no reason was given';
