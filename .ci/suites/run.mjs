// Runs the suites that we did not write, and the examples for clients that we did not
// write, against servers of its own, for each audience that they make sense for:
//
//   node run.mjs path/to/customer360
import { resolve } from 'node:path';
import { start, run } from './server.mjs';

const binary = resolve(process.argv[2]);
process.chdir(import.meta.dirname);

// Who asked, which suite, and how it ended.
const outcomes = [];

function record(who, title, code, want = 0) {
  const ok = code === want;
  outcomes.push({ who, title, ok });
  if (!ok) {
    console.log(`FAILED: ${title}, ${who}: it ended with ${code}, not with ${want}`);
  }
}

async function suite(who, title, token, command, ...args) {
  console.log(`\n--- ${title}: ${who}`);
  const env = { ...process.env };
  delete env.C360_TOKEN;
  if (token) {
    env.C360_TOKEN = token;
  }
  record(who, title, await run(command, args, { env }).ended);
}

async function ends(server, who) {
  console.log(`\n--- SIGTERM ends the server in order: ${who}`);
  server.kill('SIGTERM');
  record(who, 'SIGTERM ends the server in order', await server.ended);
}

const everybody = 'without a credential';
const open = await start(binary, { credentials: false });
const url = `${open.origin}/graphql`;
await suite(everybody, 'GraphQL over HTTP', '', 'node', 'audit.mjs', url);
await suite(everybody, 'WebSockets and events', '', 'node', 'streams.mjs', url);
await suite(everybody, 'The contract as clients see it', '', 'node', 'schema.mjs', url, 'internal');
await suite(everybody, 'The examples for common clients', '', 'sh', '../../examples/clients/run.sh', url);

console.log('\n--- A second server on the same port is refused');
const again = ['--addr', new URL(url).host, '--demo', 'off', '--data-dir', `${open.dir}/second`];
record(everybody, 'A second server on the same port is refused', await run(binary, again, { timeout: 10_000 }).ended, 1);
await ends(open, everybody);

const closed = await start(binary, { credentials: true });
for (const [audience, key] of Object.entries(closed.keys)) {
  const name = audience.toLowerCase();
  await suite(name, 'GraphQL over HTTP', key, 'node', 'audit.mjs', `${closed.origin}/graphql`);
  await suite(name, 'WebSockets and events', key, 'node', 'streams.mjs', `${closed.origin}/graphql`);
  await suite(name, 'The contract as clients see it', key, 'node', 'schema.mjs', `${closed.origin}/graphql`, name);
  await suite(name, 'The contract as a subgraph', key, 'node', 'federation.mjs', `${closed.origin}/graphql`, binary, name);
}
await ends(closed, 'with credentials');

const others = 'no server of the gateway';
await suite(others, 'WebSockets and events, with subscriptions', '', 'node', 'streams.mjs');
await suite(others, 'The code of the documentation for clients', '', 'node', 'docs.mjs');
await suite(others, 'The schema as its readers see it', '', 'npx', '--no-install', 'graphql-schema-linter');

console.log('\n--- All suites');
for (const who of new Set(outcomes.map(o => o.who))) {
  console.log(who);
  outcomes.filter(o => o.who === who).forEach(o => console.log(`  ${o.ok ? 'ok    ' : 'FAILED'}  ${o.title}`));
}
const failures = outcomes.filter(o => !o.ok).length;
console.log(failures === 0 ? `\nAll suites passed: ${outcomes.length}.` : `\nSuites that failed: ${failures} of ${outcomes.length}`);
process.exitCode = failures === 0 ? 0 : 1;
