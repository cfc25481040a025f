import { getIntrospectionQuery } from 'graphql';

// GraphiQL has no switch for specifiedByURL and isOneOf, so its own query is replaced by this one.
const introspection = getIntrospectionQuery({
  descriptions: true,
  schemaDescription: true,
  inputValueDeprecation: true,
  specifiedByUrl: true,
  oneOf: true,
  directiveIsRepeatable: true,
});

async function post(params, extraHeaders, signal) {
  const headers = new Headers({
    'Content-Type': 'application/json',
    Accept: 'application/graphql-response+json, application/json;q=0.9',
  });
  for (const [name, value] of Object.entries(extraHeaders ?? {})) {
    headers.set(name, value);
  }
  const response = await fetch('/graphql', {
    method: 'POST',
    headers,
    body: JSON.stringify(params),
    signal,
  });
  const text = await response.text();
  try {
    // Whatever the status: a 400 carries errors worth reading.
    return JSON.parse(text);
  } catch {
    throw new Error(`The gateway answered ${response.status} without JSON: ${text.trim() || 'empty body'}`);
  }
}

export function fetcher(params, { headers } = {}) {
  if (params.operationName === 'IntrospectionQuery') {
    return post({ ...params, query: introspection }, headers);
  }
  // An observable instead of a promise: unsubscribing is how the stop button reaches the request.
  return {
    subscribe(observer) {
      const abort = new AbortController();
      post(params, headers, abort.signal).then(
        result => {
          observer.next(result);
          observer.complete();
        },
        error => abort.signal.aborted || observer.error({ message: error.message }),
      );
      return { unsubscribe: () => abort.abort() };
    },
  };
}
