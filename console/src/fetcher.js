import { getIntrospectionQuery } from 'graphql';
import { post, turnedAway, words } from './requests.js';

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
