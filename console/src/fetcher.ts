import { getIntrospectionQuery } from 'graphql';
import type { IntrospectionQuery } from 'graphql';
import type { Fetcher, FetcherOpts, FetcherParams } from '@graphiql/toolkit';
import type { Contract } from './guide.tsx';
import { failure, post, turnedAway, words } from './requests.ts';
import type { Answer, Refusal } from './requests.ts';

interface Introspection extends IntrospectionQuery {
  contract: Pick<Contract, 'name' | 'credential' | 'scopes' | 'purposes'>;
}

// What an introspection gives besides the schema: whose contract it is, or why there is none.
export interface Introspected {
  contract?: Introspection['contract'];
  refusal?: Refusal;
}

interface Listener {
  onSchema(introspected: Introspected): void;
  onAnswer(refusal: Refusal | undefined): void;
}

interface Observer {
  next(result: Answer['result']): void;
  error(error: { message: string }): void;
  complete(): void;
}

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

// Makes the fetcher of a caller, whose credential, '' for none, may be renewed. It reports to onSchema, after each introspection,
// {contract} or {refusal}, and to onAnswer, after each operation, the refusal or undefined, until
// end is called: an answer that comes late is not about the credential that has replaced its own.
export function fetcherFor(credential: () => string, purpose: () => string, { onSchema, onAnswer }: Listener) {
  let ended = false;

  async function introspect(params: FetcherParams, headers: FetcherOpts['headers']) {
    let refusal: Refusal | undefined;
    try {
      const answer = await post<Introspection>({ ...params, query: introspection }, credential(), headers);
      refusal = turnedAway(answer, credential());
      if (!refusal && answer.result.data) {
        ended || onSchema({ contract: answer.result.data.contract });
        return answer.result;
      }
      refusal ??= { message: `The schema was not given: ${words(answer.result)}.` };
    } catch (error) {
      refusal = { message: failure(error) };
    }
    ended || onSchema({ refusal });
    // Given an answer without data, GraphiQL asks again, and that is one more failed attempt.
    throw new Error(refusal.message);
  }

  function fetcher(params: FetcherParams, { headers }: FetcherOpts = {}) {
    if (params.operationName === 'IntrospectionQuery') {
      return introspect(params, headers);
    }
    const declared = purpose();
    const body = declared ? { ...params, extensions: { purpose: declared } } : params;
    // An observable instead of a promise: unsubscribing is how the stop button reaches the request.
    return {
      subscribe(observer: Observer) {
        const abort = new AbortController();
        post(body, credential(), headers, abort.signal).then(
          answer => {
            ended || onAnswer(turnedAway(answer, credential()));
            observer.next(answer.result);
            observer.complete();
          },
          error => abort.signal.aborted || observer.error({ message: failure(error) }),
        );
        return { unsubscribe: () => abort.abort() };
      },
    };
  }

  fetcher.end = () => {
    ended = true;
  };
  // To the types of GraphiQL, errors are objects of a class, and an observable can be subscribed to
  // in three ways. It gets on with errors as JSON has them, and subscribes in this way only.
  return fetcher as Fetcher & { end(): void };
}
