import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import contractDocument from '../../documents/contract.graphql';
import { beside } from '../place.ts';
import { failure, post, turnedAway, words } from '../requests.ts';
import { session } from '../session.ts';
import { isSignedIn, keepSignedIn, readSignIn, replaceCredential, signOut } from '../signin.ts';
import type { SignIn } from '../signin.ts';
import { NoAnswer } from './ask.ts';
import type { Asker } from './ask.ts';
import { goTo } from './fragment.ts';
import type { ContractQuery } from './operations.ts';

export type Contract = ContractQuery['contract'];

export interface Access extends Asker {
  // The caller's contract; undefined while it is read, and where there is none.
  contract: Contract | undefined;
  // Why there is none.
  refused: NoAnswer | undefined;
  // How one signs in here; null: not at all, undefined: not known.
  signIn: SignIn | null | undefined;
  // Why that is not known, if it will not be.
  signInFailed: Error | undefined;
  signedIn: boolean;
  hold(credential: string): void;
  declare(purpose: string): void;
  leave(): void;
  again(): void;
}

const Context = createContext<Access | undefined>(undefined);

export function useAccess(): Access {
  return useContext(Context)!;
}

async function readContract(credential: string): Promise<Contract> {
  const answer = await post<ContractQuery>({ query: contractDocument }, credential)
    .catch(error => Promise.reject(new NoAnswer(failure(error))));
  const { data } = answer.result;
  if (!data) {
    const refusal = turnedAway(answer, credential);
    throw new NoAnswer(refusal?.message ?? `The contract was not given: ${words(answer.result)}.`, refusal);
  }
  return data.contract;
}

// The documents of the console as they fit the contract of a credential. Whose audience the console
// is not for is led to what is theirs.
async function readDocuments(credential: string): Promise<Record<string, string>> {
  const headers = credential ? { Authorization: `Bearer ${credential}` } : undefined;
  const response = await fetch(beside('./documents.json'), { ...(headers && { headers }), redirect: 'error' })
    .catch(error => Promise.reject(new NoAnswer(failure(error))));
  if (response.status === 403) {
    location.replace(beside('../contract'));
  }
  if (!response.ok) {
    throw new NoAnswer(`The gateway answered ${response.status} where it has the documents of this page.`);
  }
  return (await response.json()) ?? {};
}

// Who the console asks as, for all of its pages.
export function AccessProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [credential, setCredential] = useState(session.get('credential'));
  // A token that is renewed is the same caller's: what was read stays.
  const [caller, setCaller] = useState(0);
  const [purpose, setPurpose] = useState(session.get('purpose'));
  const signIn = useQuery({ queryKey: ['sign-in'], queryFn: readSignIn, staleTime: Infinity });
  const contract = useQuery({ queryKey: ['contract', caller], queryFn: () => readContract(credential), staleTime: Infinity });
  const documents = useQuery({
    queryKey: ['documents', caller], queryFn: () => readDocuments(credential), staleTime: Infinity,
    // One that is refused is not tried again: failed attempts are counted.
    enabled: contract.isSuccess,
  });
  useEffect(() => keepSignedIn(setCredential), [credential]);
  // A token that had ended is renewed: what was refused with it is asked again.
  useEffect(() => void queries.refetchQueries({ predicate: query => query.state.status === 'error' }), [credential]);

  function hold(given: string) {
    replaceCredential(given);
    setCredential(given);
    if (contract.data) {
      // Ids are sealed for who asks: another caller cannot open the page of that customer.
      goTo({});
    }
    // A number, so that the same one put in again is tried again.
    setCaller(n => n + 1);
    queries.removeQueries({ predicate: query => query.queryKey[0] !== 'sign-in' });
  }
  const access: Access = {
    credential,
    purpose,
    documents: documents.data ?? {},
    contract: documents.data && contract.data,
    refused: [contract.error, documents.error].filter(e => e !== null).map(asNoAnswer)[0],
    signIn: signIn.data,
    signInFailed: signIn.error ?? undefined,
    signedIn: isSignedIn(),
    hold,
    declare(text) {
      session.set('purpose', text);
      setPurpose(text);
    },
    leave() {
      const to = signOut(signIn.data);
      hold('');
      setPurpose('');
      if (to) {
        location.replace(to);
      }
    },
    again() {
      void contract.refetch();
      void documents.refetch();
      void signIn.refetch();
    },
  };
  return <Context value={access}>{children}</Context>;
}

const asNoAnswer = (error: Error) => (error instanceof NoAnswer ? error : new NoAnswer(error.message));
