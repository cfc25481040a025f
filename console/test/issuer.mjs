// An OpenID Connect issuer for tests of signing in: a certified implementation, with its own pages.
// Usage: node issuer.mjs ORIGIN SECONDS, where ORIGIN is the gateway's and SECONDS is how long a token
// lives. It prints its address, and ends with its standard input.
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const [origin, seconds] = process.argv.slice(2);

const server = createServer();
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;

const api = {
  scope: 'openid',
  audience: 'customer360',
  accessTokenFormat: 'jwt',
  accessTokenTTL: Number(seconds),
  jwt: { sign: { alg: 'RS256' } },
};

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'console',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: [`${origin}/signed-in`],
      post_logout_redirect_uris: [`${origin}/customers`],
      application_type: 'native', // which may be led back to plain HTTP on this machine
    },
  ],
  pkce: { required: () => true },
  features: {
    devInteractions: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => api,
      useGrantedResource: () => true,
    },
  },
  issueRefreshToken: () => true,
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  extraTokenClaims: (_, token) => ({ role: 'desktop', preferred_username: token.accountId }),
});
server.on('request', provider.callback());
console.log(issuer);
process.stdin.on('end', () => process.exit()).resume();
