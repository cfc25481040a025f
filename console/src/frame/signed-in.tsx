import { useEffect, useState } from 'react';
import { beside } from '../place.ts';
import { session } from '../session.ts';
import { finish } from '../signin.ts';
import { useAccess } from './access.tsx';
import { SignInForm } from './who.tsx';
import { NoAnswer } from './ask.ts';

// Where the issuer leads back to. A code counts once, so that it is taken once however often the
// page is drawn.
let finishing: Promise<string> | undefined;

export function SignedIn() {
  const { signIn, contract } = useAccess();
  const [failed, setFailed] = useState<Error>();
  useEffect(() => {
    finishing ??= finish(new URLSearchParams(location.search));
    // A code is for nobody's history.
    history.replaceState(null, '', location.pathname);
    finishing.then(from => location.replace(from), setFailed);
  }, []);
  if (failed && contract && session.get('credential')) {
    // Somebody has gone on with a key.
    location.replace(beside('../customers'));
  }
  if (failed) {
    return <SignInForm refused={new NoAnswer(failed.message)} />;
  }
  return <p role="status">Signing in{signIn ? ` with ${new URL(signIn.issuer).host}` : ''} …</p>;
}
