import type { FormattedExecutionResult } from 'graphql';
import { beside } from './place.ts';

const credentialHeaders = ['authorization', 'x-api-key'];

// What a request of GraphQL has in its body.
export interface Params {
  query: string;
  operationName?: string | null;
  variables?: Record<string, unknown>;
  extensions?: { purpose: string };
}

// What the gateway answers an operation, whatever the status.
export type Result<Data = Record<string, unknown>> = FormattedExecutionResult<Data>;

export interface Answer<Data = Record<string, unknown>> {
  status: number;
  // Seconds; 0 where the gateway does not say.
  retryAfter: number;
  result: Result<Data>;
}

// Why there is no answer, in words for the reader.
export interface Refusal {
  // The status that the gateway gave; undefined where that is not what kept the answer away.
  status?: number;
  // The gateway asks for a credential, and none was given.
  asks?: boolean;
  message: string;
}

// Sends a request of GraphQL with a credential, '' for none, and gives the answer's status, result
// and, in seconds, when it can be tried again. It fails where there is no gateway, or no JSON.
export async function post<Data = Record<string, unknown>>(
  params: Params,
  credential: string,
  extraHeaders?: Record<string, string>,
  signal?: AbortSignal,
): Promise<Answer<Data>> {
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

// Says in words why post failed.
export function failure(error: unknown): string {
  // It is what fetch fails with where nobody answers.
  if (error instanceof TypeError) {
    return 'The gateway cannot be reached.';
  }
  return error instanceof Error ? error.message : String(error);
}

// Says in words why the gateway did not let a request in; undefined if it did. That it asks for a
// credential is no fault of anybody.
export function turnedAway({ status, retryAfter, result }: Answer<unknown>, credential: string): Refusal | undefined {
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
export const words = (result: FormattedExecutionResult<unknown>) =>
  (result.errors ?? []).map(error => error.message.replace(/\.$/, '')).join('; ') || 'no reason was given';
