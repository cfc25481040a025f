import { beside } from './place.ts';
import { session } from './session.ts';

// Signing in with the issuer that the gateway takes tokens of: OpenID Connect, authorization code
// with PKCE (RFC 7636). The gateway exchanges the code, so that this page speaks to nobody else.
// Tokens are kept for the tab only, as a pasted credential is.

// How somebody signs in, as the gateway tells.
export interface SignIn {
  issuer: string;
  authorizationEndpoint: string;
  clientId: string;
  scope: string;
  // What the issuer wants to be told besides, as the resource that the token is for.
  parameters: Record<string, string>;
  endSessionEndpoint?: string;
}

interface Tokens {
  accessToken: string;
  // Seconds; 0 where the issuer does not say.
  expiresIn: number;
  refreshToken?: string;
  idToken?: string;
}

// Gives how one signs in at this gateway; null where it has no issuer to sign in with.
export async function readSignIn(): Promise<SignIn | null> {
  const response = await fetch(beside('./sign-in.json'), { redirect: 'error' });
  const answer = (await response.json()) as SignIn & { error?: string } | null;
  if (!response.ok) {
    throw new Error(answer?.error ?? `The gateway answered ${response.status}.`);
  }
  return answer;
}

const random = () => encode(crypto.getRandomValues(new Uint8Array(32)));

function encode(bytes: Uint8Array) {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

const callback = () => beside('../signed-in');

// Leads to the issuer, which leads back to `signed-in`.
export async function begin(signIn: SignIn) {
  if (!globalThis.crypto?.subtle) {
    throw new Error('Browsers sign in over HTTPS only, or on this machine itself.');
  }
  const [state, verifier] = [random(), random()];
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  // Where the issuer leads back to is no place to go on from.
  const from = location.href.split(/[?#]/)[0] === callback() ? beside('../customers') : location.href;
  session.set('sign-in', JSON.stringify({ state, verifier, from }));
  const to = new URL(signIn.authorizationEndpoint);
  for (const [name, value] of Object.entries({
    ...signIn.parameters,
    response_type: 'code',
    client_id: signIn.clientId,
    redirect_uri: callback(),
    scope: signIn.scope,
    state,
    code_challenge: encode(new Uint8Array(digest)),
    code_challenge_method: 'S256',
  })) {
    to.searchParams.set(name, value);
  }
  location.assign(to);
}

// Takes what the issuer says in the address of `signed-in`, and gives where to go on.
export async function finish(said: URLSearchParams): Promise<string> {
  const begun = session.get('sign-in');
  session.set('sign-in', '');
  if (!begun) {
    throw new Error('This tab has not begun to sign in. Begin again.');
  }
  const { state, verifier, from } = JSON.parse(begun) as { state: string; verifier: string; from: string };
  const code = said.get('code');
  if (said.get('state') !== state) {
    throw new Error('The answer belongs to another attempt to sign in. Begin again.');
  }
  if (!code) {
    const why = said.get('error_description') ?? said.get('error') ?? 'it gave no code';
    throw new Error(`The issuer did not sign you in: ${why.slice(0, 200)}.`);
  }
  const tokens = await exchange({ code, codeVerifier: verifier, redirectUri: callback() });
  // Nothing of who was signed in before may stay.
  replaceCredential('');
  session.set('purpose', '');
  keep(tokens);
  return from;
}

async function exchange(body: Record<string, string>): Promise<Tokens> {
  const response = await fetch(beside('./token'), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    redirect: 'error',
  });
  const answer = (await response.json()) as Tokens & { error?: string };
  if (!response.ok) {
    throw new Error(answer.error ?? `The gateway answered ${response.status}.`);
  }
  return answer;
}

function keep({ accessToken, expiresIn, refreshToken, idToken }: Tokens) {
  session.set('credential', accessToken);
  session.set('expires', expiresIn ? String(Date.now() + expiresIn * 1000) : '');
  // An issuer that does not rotate them gives none the second time.
  session.set('refresh', refreshToken ?? session.get('refresh'));
  session.set('id-token', idToken ?? session.get('id-token'));
  session.set('signed-in', 'yes');
}

export const isSignedIn = () => session.get('signed-in') !== '';

const longest = 60 * 60 * 1000;

// Renews the token before it ends, for as long as the tab is open, and tells each that comes. What
// it gives ends that.
export function keepSignedIn(onToken: (credential: string) => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  let ended = false;
  const wait = () => {
    const ends = Number(session.get('expires'));
    if (ended || !ends || !session.get('refresh')) {
      return;
    }
    // A minute before, or in the middle of what is left where that is less than two.
    const left = Math.max(ends - Date.now() - 60_000, (ends - Date.now()) / 2, 0);
    // Timers know no time beyond some weeks.
    timer = left > longest ? setTimeout(wait, longest) : setTimeout(renew, left);
  };
  async function renew() {
    const refreshToken = session.get('refresh');
    const tokens = await exchange({ refreshToken }).catch(() => undefined);
    if (ended || session.get('refresh') !== refreshToken) {
      return; // Somebody else has signed in since, or nobody has.
    }
    if (tokens) {
      keep(tokens);
      onToken(tokens.accessToken);
    } else {
      // The token counts until it ends; then the gateway says so, and the reader signs in again.
      session.set('refresh', '');
    }
    wait();
  }
  wait();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}

// Puts a credential in the place of the one that the tab has, and of all that came with it.
export function replaceCredential(credential: string) {
  for (const name of ['expires', 'refresh', 'id-token', 'signed-in']) {
    session.set(name, '');
  }
  session.set('credential', credential);
}

// Forgets the tokens of the tab, and gives where the issuer ends its own session, if it has such a place.
export function signOut(signIn: SignIn | null | undefined): string | undefined {
  const idToken = session.get('id-token');
  replaceCredential('');
  session.set('purpose', '');
  if (!signIn?.endSessionEndpoint || !idToken) {
    return undefined;
  }
  const to = new URL(signIn.endSessionEndpoint);
  to.searchParams.set('id_token_hint', idToken);
  to.searchParams.set('client_id', signIn.clientId);
  to.searchParams.set('post_logout_redirect_uri', beside('../customers'));
  return to.href;
}

// A page that a browser has kept, as it was, when somebody went on to the issuer's: it is made anew, since
// somebody may have signed out there.
addEventListener('pageshow', event => {
  if (event.persisted) {
    location.reload();
  }
});
