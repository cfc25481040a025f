// The clients of graphql-ws and graphql-sse: whether a server speaks with them.
//
//   node streams.mjs http://127.0.0.1:8080/graphql    the gateway, which has no subscription yet
//   node streams.mjs                                  a test server with subscriptions
//
// Where the server asks for credentials, C360_TOKEN is one.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createClient as createSSE } from 'graphql-sse';
import { createClient as createWS, CloseCode } from 'graphql-ws';
import WebSocket from 'ws';
import { run } from './server.mjs';

let [url, token, server] = [process.argv[2], process.env.C360_TOKEN];
const subscriptions = !url;
if (subscriptions) {
  token = 'let-me-in'; // streamstest.Token
  const dir = mkdtempSync(join(tmpdir(), 'customer360-streams-'));
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
  const binary = join(dir, 'serve');
  execFileSync('go', ['build', '-o', binary, './internal/streams/streamstest/serve'], { cwd: join(import.meta.dirname, '../..') });
  server = run(binary, [], { stdio: ['pipe', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: server.stdout })) {
    url = line;
    break;
  }
}

const authorization = value => (value ? { authorization: `Bearer ${value}` } : {});
const closes = [];

function ws(value = token, options) {
  return createWS({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: authorization(value),
    retryAttempts: 0,
    on: { closed: event => closes.push(event.code) },
    ...options,
  });
}

const sse = (value = token) => createSSE({ url, headers: authorization(value), retryAttempts: 0 });

// all gives what an operation yields; first: only so many.
async function all(client, query, { variables, first = Infinity } = {}) {
  const results = [];
  for await (const result of client.iterate({ query, variables })) {
    results.push(result);
    if (results.length >= first) {
      break;
    }
  }
  return results;
}

// raw opens a WebSocket without a client that keeps to the protocol, and gives how it is closed.
function raw(...messages) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws');
    socket.on('open', () => messages.forEach(m => socket.send(typeof m === 'string' ? m : JSON.stringify(m))));
    socket.on('close', (code, reason) => resolve([code, `${reason}`]));
    socket.on('error', reject);
  });
}

const init = { type: 'connection_init', payload: authorization(token) };
const subscribe = (id, query) => ({ id, type: 'subscribe', payload: { query } });

const query = '{ __typename }';
const answer = { data: { __typename: 'Query' } };

const tests = {
  'WebSocket: a query': async () => assert.deepEqual(withoutExtensions(await all(ws(), query)), [answer]),
  'WebSocket: an invalid query': () => assert.rejects(all(ws(), '{ shoeSize }'), errors => /shoeSize/.test(errors[0].message)),
  'WebSocket: a query that is none': () => assert.rejects(all(ws(), '{'), errors => errors[0].extensions.code === 'GRAPHQL_PARSE_FAILED'),
  'WebSocket: operations at once': async () => {
    const client = ws(token, { lazyCloseTimeout: 1000 });
    const results = await Promise.all(Array.from({ length: 10 }, () => all(client, query)));
    results.forEach(r => assert.deepEqual(withoutExtensions(r), [answer]));
    await client.dispose();
  },
  'WebSocket: nonsense': async () => assert.equal((await raw(init, 'nonsense'))[0], CloseCode.BadRequest),
  'WebSocket: too early': async () => assert.deepEqual(await raw(subscribe('1', query)), [CloseCode.Unauthorized, 'Unauthorized']),
  'WebSocket: two inits': async () => assert.deepEqual(await raw(init, init), [CloseCode.TooManyInitialisationRequests, 'Too many initialisation requests']),
  'WebSocket: too large': async () => assert.equal((await raw(init, subscribe('1', ' '.repeat(1 << 20))))[0], 1009),
  'WebSocket: another page': () => assert.rejects(new Promise((resolve, reject) => {
    const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws', { origin: 'https://evil.example.com' });
    socket.on('open', resolve);
    socket.on('error', reject);
  }), /403/),
  'events: a query': async () => assert.deepEqual(withoutExtensions(await all(sse(), query)), [answer]),
  'events: an invalid query': async () => assert.match((await all(sse(), '{ shoeSize }'))[0].errors[0].message, /shoeSize/),
};

if (token) {
  Object.assign(tests, {
    'WebSocket: a bad token': async () => {
      await assert.rejects(all(ws('bad'), query), event => event.code === CloseCode.Forbidden && event.reason === 'Forbidden');
      assert.equal(closes.at(-1), CloseCode.Forbidden);
    },
    'events: a bad token': () => assert.rejects(all(sse('bad'), query), error => error.response.status === 401),
  });
}

if (subscriptions) {
  const counted = [1, 2, 3].map(count => ({ data: { count } }));
  const count = 'subscription Count($to: Int!) { count(to: $to) }';
  Object.assign(tests, {
    'WebSocket: a subscription': async () => assert.deepEqual(await all(ws(), count, { variables: { to: 3 } }), counted),
    'WebSocket: a subscription that its client ends': async () =>
      assert.deepEqual(await all(ws(), count, { variables: { to: 1e6 }, first: 3 }), counted),
    'WebSocket: the same id twice': async () =>
      assert.deepEqual(await raw(init, subscribe('x', 'subscription { hang }'), subscribe('x', query)), [CloseCode.SubscriberAlreadyExists, 'Subscriber for x already exists']),
    'WebSocket: a panic': () => assert.rejects(all(ws(), 'subscription { breaks }'), errors => errors[0].message === 'it broke'),
    'events: a subscription': async () => assert.deepEqual(await all(sse(), count, { variables: { to: 3 } }), counted),
    'events: a subscription that its client ends': async () =>
      assert.deepEqual(await all(sse(), count, { variables: { to: 1e6 }, first: 3 }), counted),
    'the end of the server, as both see it': async () => {
      const ended = [ws(), sse()].map(client => assert.rejects(all(client, 'subscription { hang }')));
      // Both are connected by then: a query on each has been answered many times over.
      await new Promise(resolve => setTimeout(resolve, 300));
      server.stdin.end();
      await Promise.all(ended);
      assert.equal(closes.at(-1), 1001);
      assert.equal(await server.ended, 0);
    },
  });
} else {
  // The server's page of GraphQL over HTTP has the same rules for who may ask by events.
  const status = async (init, search = '') => (await fetch(url + search, { ...init, headers: { Accept: 'text/event-stream', ...authorization(token), ...init.headers } })).status;
  const customers = '{ customers(first: 2) { edges { node { id displayName } } } }';
  const named = ([{ data, errors }]) => assert.ok(!errors && data.customers.edges.length === 2 && data.customers.edges.every(({ node }) => node.id && node.displayName));
  Object.assign(tests, {
    'WebSocket: customers': async () => named(await all(ws(), customers)),
    'events: customers': async () => named(await all(sse(), customers)),
    'events: a form of another page': async () => assert.equal(await status({ method: 'POST', body: JSON.stringify({ query }), headers: { 'Content-Type': 'text/plain' } }), 415),
    'events: GET without a preflight header': async () => assert.equal(await status({}, `?query=${encodeURIComponent(query)}`), 400),
    'events: GET with one': async () => assert.equal(await status({ headers: { 'GraphQL-Preflight': '1' } }, `?query=${encodeURIComponent(query)}`), 200),
  });
}

// What the server tells beside the data is not of interest here.
function withoutExtensions(results) {
  return results.map(({ extensions, ...rest }) => rest);
}

let failures = 0;
for (const [name, test] of Object.entries(tests)) {
  let timer;
  const late = new Promise((_, reject) => (timer = setTimeout(reject, 15_000, new Error('not within 15 s'))));
  try {
    await Promise.race([test(), late]);
    console.log(`ok      ${name}`);
  } catch (error) {
    failures++;
    console.log(`FAILED  ${name}: ${error?.stack ?? JSON.stringify(error)}`);
  }
  clearTimeout(timer);
}
console.log(`${Object.keys(tests).length} tests, ${failures} failed`);
process.exit(failures === 0 ? 0 : 1);
