import { getIntrospectionQuery } from 'graphql';
import { beside } from './place.js';

// GraphiQL has no switch for specifiedByURL and isOneOf, so its own query is replaced by this
// one. Whose contract it is comes with the schema, so that the two are never of different ones.
const introspection = getIntrospectionQuery({
  descriptions: true,
  schemaDescription: true,
  inputValueDeprecation: true,
  specifiedByUrl: true,
  oneOf: true,
  directiveIsRepeatable: true,
}).replace('{', '{ contract { name credential scopes purposes } ');

const credentialHeaders = ['authorization', 'x-api-key'];

async function post(params, credential, extraHeaders, signal) {
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
function turnedAway({ status, retryAfter, result }, credential) {
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

const words = result =>
  (result.errors ?? []).map(error => error.message.replace(/\.$/, '')).join('; ') || 'no reason was given';

// Makes the fetcher of a credential, '' for none. It reports to onSchema, after each introspection,
// {contract} or {refusal}, and to onAnswer, after each operation, the refusal or undefined, until
// end is called: an answer that comes late is not about the credential that has replaced its own.
export function fetcherFor(credential, purpose, { onSchema, onAnswer }) {
  let ended = false;

  async function introspect(params, headers) {
    let refusal;
    try {
      const answer = await post({ ...params, query: introspection }, credential, headers);
      refusal = turnedAway(answer, credential);
      if (!refusal && answer.result.data) {
        ended || onSchema({ contract: answer.result.data.contract });
        return answer.result;
      }
      refusal ??= { message: `The schema was not given: ${words(answer.result)}.` };
    } catch (error) {
      refusal = { message: error instanceof TypeError ? 'The gateway cannot be reached.' : error.message };
    }
    ended || onSchema({ refusal });
    // Given an answer without data, GraphiQL asks again, and that is one more failed attempt.
    throw new Error(refusal.message);
  }

  function fetcher(params, { headers } = {}) {
    if (params.operationName === 'IntrospectionQuery') {
      return introspect(params, headers);
    }
    const declared = purpose();
    const body = declared ? { ...params, extensions: { purpose: declared } } : params;
    // An observable instead of a promise: unsubscribing is how the stop button reaches the request.
    return {
      subscribe(observer) {
        const abort = new AbortController();
        post(body, credential, headers, abort.signal).then(
          answer => {
            ended || onAnswer(turnedAway(answer, credential));
            observer.next(answer.result);
            observer.complete();
          },
          error => abort.signal.aborted || observer.error({ message: error.message }),
        );
        return { unsubscribe: () => abort.abort() };
      },
    };
  }

  fetcher.end = () => {
    ended = true;
  };
  return fetcher;
}
