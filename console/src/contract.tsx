// The page of a contract: what somebody who writes a client for this graph has to know, and no name
// beyond it. All of it follows from the contract that the credential leads to.
import './contract.css';

import { useEffect, useRef, useState } from 'react';
import type { SubmitEvent } from 'react';
import { createRoot } from 'react-dom/client';
import query from '../documents/contract.graphql';
import type { ContractQuery } from './frame/operations.ts';
import { Guide } from './guide.tsx';
import type { Contract } from './guide.tsx';
import { beside } from './place.ts';
import { failure, post, turnedAway, words } from './requests.ts';
import type { Refusal } from './requests.ts';
import { asCredential, malformedCredential, session } from './session.ts';
import { replaceCredential } from './signin.ts';

// What is read of a credential: neither while it is on its way.
interface Read {
  contract?: Contract;
  refusal?: Refusal;
}

// Gives {contract} of a credential, '' for none, or {refusal}.
async function readContract(credential: string): Promise<Read> {
  try {
    const answer = await post<ContractQuery>({ query }, credential);
    const contract = answer.result.data?.contract;
    return contract
      ? { contract }
      : { refusal: turnedAway(answer, credential) ?? { message: `The contract was not given: ${words(answer.result)}.` } };
  } catch (error) {
    return { refusal: { message: failure(error) } };
  }
}

// Reports whether the playground is for the audience of a credential.
async function mayPlay(credential: string) {
  try {
    const headers: HeadersInit = credential ? { Authorization: `Bearer ${credential}` } : {};
    const response = await fetch(beside('./examples.json'), { headers, redirect: 'error' });
    return response.ok;
  } catch {
    return false;
  }
}

function Page() {
  // An object, so that the same credential put in again is tried again.
  const [held, setHeld] = useState({ credential: session.get('credential') });
  const [answer, setAnswer] = useState<Read>({});
  const [playground, setPlayground] = useState(false);
  useEffect(() => {
    let late = false;
    setAnswer({});
    setPlayground(false);
    readContract(held.credential).then(async read => {
      late || setAnswer(read);
      // One that is refused is not tried again: failed attempts are counted.
      const may = Boolean(read.contract) && (await mayPlay(held.credential));
      late || setPlayground(may);
    });
    return () => {
      late = true;
    };
  }, [held]);

  function hold(credential: string) {
    replaceCredential(credential);
    setHeld({ credential });
  }
  const { contract, refusal } = answer;
  return (
    <>
      <header>
        <h1>Your contract</h1>
        <p role="status">{contract ? `${contract.name} — ${contract.credential ?? 'no credential'}` : !refusal && 'Reading the contract …'}</p>
        {contract && playground && (
          <>
            <a href={beside('../customers')}>Customers</a>
            <a href={beside('../playground')}>Playground</a>
          </>
        )}
        {held.credential && <button type="button" onClick={() => hold('')}>Forget the credential</button>}
      </header>
      <main>
        {refusal && <Door refusal={refusal} onCredential={hold} />}
        {contract && <Guide contract={contract} />}
      </main>
    </>
  );
}

// What stands between the reader and a contract, and where a credential is given.
function Door({ refusal, onCredential }: { refusal: Refusal; onCredential(credential: string): void }) {
  const [credential, setCredential] = useState('');
  const [malformed, setMalformed] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), [refusal]);

  function use(event: SubmitEvent) {
    event.preventDefault();
    const given = asCredential(credential);
    setMalformed(given === undefined);
    if (given !== undefined) {
      onCredential(given);
    }
  }
  return (
    <form className="door" onSubmit={use}>
      <p className={refusal.asks && !malformed ? 'asked' : 'problem'} role={refusal.asks && !malformed ? undefined : 'alert'}>
        {malformed ? malformedCredential : refusal.message}
      </p>
      <label htmlFor="given">API key or token</label>
      <input
        id="given"
        type="password"
        ref={input}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        value={credential}
        aria-invalid={malformed || (refusal.status === 401 && !refusal.asks)}
        aria-describedby="kept"
        onChange={event => setCredential(event.target.value)}
      />
      <p id="kept" className="hint">Sent to this gateway only. Kept for this tab, and gone with it.</p>
      <button type="submit" className="primary">Show the contract</button>
    </form>
  );
}

createRoot(document.getElementById('contract')!).render(<Page />);
