import { failure, post, turnedAway, words } from '../requests.ts';
import type { Refusal, Result } from '../requests.ts';
import type {
  CustomerByKeyQuery, CustomerByKeyQueryVariables, CustomerQuery, CustomerQueryVariables, CustomersQuery, CustomersQueryVariables,
  SystemsQuery, SystemsQueryVariables, TimelineQuery, TimelineQueryVariables,
} from './operations.ts';

// The operations of the console, by name: what they answer, and what they take.
export interface Operations {
  Customers: [CustomersQuery, CustomersQueryVariables];
  CustomerByKey: [CustomerByKeyQuery, CustomerByKeyQueryVariables];
  Customer: [CustomerQuery, CustomerQueryVariables];
  Timeline: [TimelineQuery, TimelineQueryVariables];
  Systems: [SystemsQuery, SystemsQueryVariables];
}

// An answer as a contract has it: what the contract has not is not there at all, beside what is null.
export type Fitted<T> = T extends (infer E)[] ? Fitted<E>[] : T extends object ? { [K in keyof T]?: Fitted<T[K]> } : T;

export type Fault = NonNullable<Result['errors']>[number];

export interface Answer<T> {
  data: Fitted<T>;
  errors: readonly Fault[];
}

// Why there is no answer, in words for the reader.
export class NoAnswer extends Error {
  refusal: Refusal | undefined;

  constructor(message: string, refusal?: Refusal) {
    super(message);
    this.refusal = refusal;
  }
}

// Reports whether an error is that the credential no longer counts: one signs in anew.
export function hasEnded(error: Error | null): error is NoAnswer {
  return error instanceof NoAnswer && error.refusal?.status === 401;
}

// What an operation is sent with.
export interface Asker {
  credential: string;
  purpose: string;
  documents: Record<string, string>;
}

// Asks an operation of the console, as far as the caller's contract has it.
export async function ask<Name extends keyof Operations>(
  { credential, purpose, documents }: Asker, name: Name, variables: Operations[Name][1], signal?: AbortSignal,
): Promise<Answer<Operations[Name][0]>> {
  const query = documents[name];
  if (query === undefined) {
    throw new NoAnswer('Your contract has nothing of this page.');
  }
  // A variable that nothing uses in this contract would be one that the document does not have.
  const used = Object.fromEntries(Object.entries(variables).filter(([variable]) => query.includes(`$${variable}:`)));
  const answer = await post<Fitted<Operations[Name][0]>>(
    { query, operationName: name, variables: used, ...(purpose && { extensions: { purpose } }) }, credential, undefined, signal,
  ).catch(error => Promise.reject(new NoAnswer(failure(error))));
  const refusal = turnedAway(answer, credential);
  const { data, errors = [] } = answer.result;
  if (refusal || !data) {
    throw new NoAnswer(refusal?.message ?? `${words(answer.result)}.`, refusal);
  }
  return { data, errors };
}
