import { useEffect, useMemo, useRef, useState } from 'react';
import type { SubmitEvent } from 'react';
import { Button, Dialog, UnStyledButton, useGraphiQL, useGraphiQLActions, useMonaco, VisuallyHidden } from '@graphiql/react';
import { fetcherFor } from './fetcher.ts';
import type { Introspected } from './fetcher.ts';
import { beside } from './place.ts';
import type { Refusal } from './requests.ts';
import { asCredential, malformedCredential, session } from './session.ts';
import { begin, keepSignedIn, readSignIn, replaceCredential } from './signin.ts';
import type { SignIn } from './signin.ts';

// Who this page asks as: the credential of the tab, the contract that it picks, and why there is none.
export function useAccess() {
  // An object, so that the same credential put in again is tried again.
  const [held, setHeld] = useState({ credential: session.get('credential') });
  const [purpose, setPurpose] = useState(session.get('purpose'));
  const [schema, setSchema] = useState<Introspected>({});
  const [turnedAway, setTurnedAway] = useState<Refusal>();
  const [open, setOpen] = useState(false);
  const waiting = useRef(false);

  const fetcher = useMemo(
    () =>
      fetcherFor(() => session.get('credential'), () => session.get('purpose'), {
        onSchema(answer) {
          setSchema(answer);
          setTurnedAway(undefined);
          if (answer.refusal?.status === 401) {
            setOpen(true);
          } else if (answer.contract && waiting.current) {
            setOpen(false);
          }
          waiting.current = false;
        },
        onAnswer: setTurnedAway,
      }),
    [held],
  );
  useEffect(() => fetcher.end, [fetcher]);
  // A token that is renewed is sent from then on, and the schema stays.
  useEffect(() => keepSignedIn(() => {}), [held]);

  function hold(credential: string) {
    replaceCredential(credential);
    waiting.current = true;
    setSchema({});
    setTurnedAway(undefined);
    setHeld({ credential });
  }
  function declare(text: string) {
    session.set('purpose', text);
    setPurpose(text);
  }
  return {
    fetcher,
    hold,
    declare,
    open,
    setOpen,
    purpose,
    credential: held.credential,
    held: held.credential !== '',
    contract: schema.contract,
    refusal: schema.refusal ?? turnedAway,
  };
}

export type Asker = ReturnType<typeof useAccess>;

function describe({ contract, refusal, purpose }: Asker) {
  if (!contract) {
    return refusal ? 'No contract' : 'Reading the contract …';
  }
  return `${contract.name} — ${contract.credential ?? 'no credential'}${purpose ? `, for ${purpose}` : ''}`;
}

// The button that says whose contract the page shows, with what it opens.
export function Access({ access }: { access: Asker }) {
  const { open, setOpen, refusal } = access;
  const text = describe(access);
  return (
    <>
      <UnStyledButton
        type="button"
        className={`access ${refusal && !refusal.asks ? 'access-refused' : ''}`}
        aria-haspopup="dialog"
        title={text}
        onClick={() => setOpen(true)}
      >
        <VisuallyHidden>Credential and purpose: </VisuallyHidden>
        <span className="access-text">{text}</span>
      </UnStyledButton>
      <VisuallyHidden role="status">{text}</VisuallyHidden>
      <Dialog open={open} onOpenChange={setOpen}>
        <div className="graphiql-dialog-header">
          <Dialog.Title className="graphiql-dialog-title">Credential and purpose</Dialog.Title>
          <Dialog.Close />
        </div>
        <AccessForm access={access} />
      </Dialog>
    </>
  );
}

function AccessForm({ access: { contract, refusal, held, purpose, hold, declare, setOpen } }: { access: Asker }) {
  const [credential, setCredential] = useState('');
  const [wanted, setWanted] = useState(purpose);
  const [malformed, setMalformed] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const problem: Refusal | undefined = malformed
    ? { message: malformedCredential }
    : refusal;
  useEffect(() => {
    if (refusal?.status === 401) {
      input.current?.focus();
    }
  }, [refusal]);

  function use(event: SubmitEvent) {
    event.preventDefault();
    const given = asCredential(credential);
    setMalformed(given === undefined);
    if (given === undefined) {
      return;
    }
    declare(wanted.trim());
    if (given) {
      setCredential('');
      hold(given);
    } else {
      setOpen(false);
    }
  }
  function forget() {
    setMalformed(false);
    setCredential('');
    setWanted('');
    declare('');
    hold('');
  }

  const purposes = (contract?.purposes ?? []).filter(p => p !== '*');
  return (
    <form className="access-form" onSubmit={use}>
      <Dialog.Description>
        The credential picks the contract: which part of the schema there is, and what may be read of it.
      </Dialog.Description>
      {problem && (
        <p className={problem.asks ? 'access-asked' : 'access-problem'} role={problem.asks ? 'status' : 'alert'}>
          {problem.message}
        </p>
      )}
      {contract && (
        <dl className="access-contract">
          <dt>Contract</dt>
          <dd>{contract.name}</dd>
          <dt>Credential</dt>
          <dd>{contract.credential ?? 'none'}</dd>
          <dt>Scopes</dt>
          <dd>{contract.scopes.join(', ') || 'none'}</dd>
          <dt>Purposes</dt>
          <dd>{contract.purposes.join(', ') || 'none'}</dd>
          <dt>More</dt>
          <dd><a href={beside('../contract')}>Limits, errors, changes: the contract</a></dd>
        </dl>
      )}
      <SignInButton />
      <label htmlFor="access-credential">API key or token</label>
      <input
        id="access-credential"
        type="password"
        ref={input}
        autoFocus
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        value={credential}
        placeholder={held && contract ? 'One is in use; empty keeps it' : ''}
        aria-invalid={malformed || (refusal?.status === 401 && !refusal.asks)}
        aria-describedby="access-kept"
        onChange={event => setCredential(event.target.value)}
      />
      <p id="access-kept" className="access-hint">
        Sent with each request. Kept for this tab only, and gone with it.
      </p>
      <label htmlFor="access-purpose">Purpose</label>
      <input
        id="access-purpose"
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        list="access-purposes"
        value={wanted}
        aria-describedby="access-declared"
        onChange={event => setWanted(event.target.value)}
      />
      <datalist id="access-purposes">{purposes.map(p => <option key={p} value={p} />)}</datalist>
      <p id="access-declared" className="access-hint">
        What the data is read for, where a field asks for it: sent as <code>extensions.purpose</code>.
      </p>
      <div className="access-buttons">
        <Button type="submit" state="success">Use</Button>
        <Button type="button" disabled={!held && !purpose} onClick={forget}>Forget</Button>
      </div>
    </form>
  );
}

// Leads to the issuer, where there is one to sign in with.
function SignInButton() {
  const [signIn, setSignIn] = useState<SignIn | null>(null);
  const [failed, setFailed] = useState('');
  const fail = (error: Error) => setFailed(error.message);
  useEffect(() => {
    readSignIn().then(setSignIn, fail);
  }, []);
  return (
    <>
      {signIn && (
        <Button type="button" state="success" onClick={() => begin(signIn).catch(fail)}>
          Sign in with {new URL(signIn.issuer).host}
        </Button>
      )}
      {failed && <p className="access-problem" role="alert">{failed}</p>}
    </>
  );
}

// What stands between the reader and an answer, in words.
export function Notice({ access: { refusal, setOpen } }: { access: Asker }) {
  const { introspect } = useGraphiQLActions();
  if (!refusal) {
    return null;
  }
  return (
    <div className={`notice ${refusal.asks ? 'notice-asked' : ''}`} role={refusal.asks ? 'status' : 'alert'}>
      <p>{refusal.message}</p>
      {refusal.status === 401 ? (
        <Button type="button" onClick={() => setOpen(true)}>Credential …</Button>
      ) : (
        <Button type="button" onClick={introspect}>Try again</Button>
      )}
    </div>
  );
}

// Where there is no schema, GraphiQL leaves the last one with the editor's worker, which would go
// on completing from a contract that is no longer the reader's; and it writes why over the last
// answer, where it stays. The notice says why.
export function WithoutSchema() {
  const { fetchError, responseEditor, schema, response } = useGraphiQL(state => ({
    fetchError: state.fetchError,
    responseEditor: state.responseEditor,
    schema: state.schema,
    response: state.tabs[state.activeTabIndex]?.response,
  }));
  const monacoGraphQL = useMonaco(state => state.monacoGraphQL);
  useEffect(() => {
    if (!schema) {
      monacoGraphQL?.setSchemaConfig([]);
    }
  }, [schema, monacoGraphQL]);
  useEffect(() => {
    if (fetchError) {
      responseEditor?.setValue(response ?? '');
    }
  }, [fetchError, responseEditor]);
  return null;
}
