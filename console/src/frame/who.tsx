import { useState } from 'react';
import type { SubmitEvent } from 'react';
import { Button, Dialog, DialogTrigger, Heading, Input, Label, Modal, ModalOverlay, Text, TextField } from 'react-aria-components';
import { beside } from '../place.ts';
import { asCredential, malformedCredential } from '../session.ts';
import { holds } from '../scopes.ts';
import { begin } from '../signin.ts';
import { useAccess } from './access.tsx';
import type { Contract } from './access.tsx';
import type { NoAnswer } from './ask.ts';
import { moment } from './format.ts';

// Who is signed in, with what that gives and what it lacks.
export function Who() {
  const { contract, refused, purpose } = useAccess();
  const text = contract
    ? `${contract.credential ?? 'Not signed in'} · ${contract.name}${purpose && ` · for ${purpose}`}`
    : refused ? 'Not signed in' : '…';
  return (
    <DialogTrigger>
      <Button className="who">{text}</Button>
      <ModalOverlay className="overlay" isDismissable>
        <Modal className="modal">
          <Dialog>
            {({ close }) => (
              <>
                <Heading slot="title">Who is signed in</Heading>
                {contract ? <Held contract={contract} close={close} /> : <Credential close={close} />}
                <Button className="close" onPress={close}>Close</Button>
              </>
            )}
          </Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  );
}

// The scopes that a contract's descriptions name, and a caller does not hold.
function lackedBy({ sdl, scopes }: Contract): string[] {
  const named = new Set([...sdl.matchAll(/\bscopes? `([a-z-]+:[a-z-]+)`/g)].map(([, scope]) => scope!));
  return [...named].filter(scope => !holds(scopes, scope)).sort();
}

function Held({ contract, close }: { contract: Contract; close(): void }) {
  const { leave, signedIn, credential } = useAccess();
  const lacks = lackedBy(contract);
  return (
    <>
      <dl className="facts">
        <dt>Credential</dt>
        <dd>{contract.credential ?? 'none: this gateway asks for none'}</dd>
        <dt>Contract</dt>
        <dd>{contract.name}</dd>
        <dt>Ends</dt>
        <dd>{contract.expiresAt ? moment(contract.expiresAt) : 'never by itself'}</dd>
        <dt>Scopes</dt>
        <dd>{contract.scopes.join(', ') || 'none'}</dd>
        <dt>Lacks</dt>
        <dd>{lacks.join(', ') || 'no scope that its contract asks for'}</dd>
        <dt>Purposes</dt>
        <dd>{contract.purposes.join(', ') || 'none'}</dd>
      </dl>
      <Purpose purposes={contract.purposes} close={close} />
      <p><a href={beside('../contract')}>Limits, errors, changes: the contract</a></p>
      {credential && <Button onPress={() => { leave(); close(); }}>{signedIn ? 'Sign out' : 'Forget the credential'}</Button>}
      <details>
        <summary>Use another credential</summary>
        <Credential close={close} />
      </details>
    </>
  );
}

// What data is read for, where a field asks for it.
function Purpose({ purposes, close }: { purposes: string[]; close(): void }) {
  const { purpose, declare } = useAccess();
  const [wanted, setWanted] = useState(purpose);
  const known = purposes.filter(p => p !== '*');
  return (
    <form className="row" onSubmit={(event: SubmitEvent) => { event.preventDefault(); declare(wanted.trim()); close(); }}>
      <TextField value={wanted} onChange={setWanted} autoComplete="off">
        <Label>Purpose</Label>
        <Input autoCapitalize="off" spellCheck="false" />
        <Text slot="description">What you read for, where data is given for a purpose only{known.length > 0 && `: ${known.join(', ')}`}.</Text>
      </TextField>
      <Button type="submit">Declare</Button>
    </form>
  );
}

// Where there is no contract: why, and how to come by one.
export function SignInForm({ refused }: { refused: NoAnswer }) {
  const { again } = useAccess();
  const asks = refused.refusal?.asks;
  return (
    <section className="sign-in" aria-labelledby="sign-in-title">
      <h1 id="sign-in-title">Sign in</h1>
      <p role={asks ? 'status' : 'alert'} className={asks ? '' : 'problem'}>{refused.message}</p>
      <Credential />
      {!refused.refusal && <Button onPress={again}>Try again</Button>}
    </section>
  );
}

// The ways to a credential: the issuer's, and a key for those who have one.
function Credential({ close }: { close?(): void }) {
  const { signIn, signInFailed, hold, again } = useAccess();
  const [failed, setFailed] = useState('');
  const [given, setGiven] = useState('');
  const [malformed, setMalformed] = useState(false);

  function use(event: SubmitEvent) {
    event.preventDefault();
    const credential = asCredential(given);
    setMalformed(!credential);
    if (credential) {
      hold(credential);
      close?.();
    }
  }
  const key = (
    <form onSubmit={use}>
      <TextField type="password" value={given} onChange={setGiven} autoComplete="off" isInvalid={malformed} autoFocus={!signIn}>
        <Label>API key or token</Label>
        <Input autoCapitalize="off" spellCheck="false" />
        <Text slot="description">{malformed ? malformedCredential : 'Sent to this gateway only. Kept for this tab, and gone with it.'}</Text>
      </TextField>
      <Button type="submit">Use it</Button>
    </form>
  );
  if (signIn === undefined && !signInFailed) {
    return null;
  }
  if (!signIn) {
    return (
      <>
        {signInFailed && <p role="alert" className="problem">{signInFailed.message} <Button onPress={again}>Try again</Button></p>}
        {key}
      </>
    );
  }
  return (
    <>
      <Button className="primary" onPress={() => begin(signIn).catch((error: Error) => setFailed(error.message))}>
        {`Sign in with ${new URL(signIn.issuer).host}`}
      </Button>
      {failed && <p role="alert" className="problem">{failed}</p>}
      <details>
        <summary>For developers: an API key or a token</summary>
        {key}
      </details>
    </>
  );
}
