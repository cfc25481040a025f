// Runs the suites that we did not write, and the examples for clients that we did not
// write, against a server of its own:
//
//   node run.mjs path/to/customer360
import { start, run } from './server.mjs';

process.chdir(import.meta.dirname);
let failures = 0;

async function suite(title, command, ...args) {
  console.log(`\n--- ${title}`);
  const code = await run(command, args).ended;
  if (code !== 0) {
    failures++;
    console.log(`FAILED: ${title} (${code})`);
  }
}

const binary = process.argv[2];
const server = await start(binary);
const url = `${server.origin}/graphql`;

await suite('GraphQL over HTTP', 'node', 'audit.mjs', url);
await suite('WebSockets and events, the gateway', 'node', 'streams.mjs', url);
await suite('WebSockets and events, with subscriptions', 'node', 'streams.mjs');
await suite('The schema as clients see it', 'node', 'schema.mjs', url);
await suite('The schema as its readers see it', 'npx', '--no-install', 'graphql-schema-linter');
await suite('The examples for common clients', 'sh', '../../examples/clients/run.sh', url);

console.log('\n--- A second server on the same port is refused');
const again = ['--addr', new URL(url).host, '--demo', 'off', '--data-dir', `${server.dir}/second`];
const second = await run(binary, again, { timeout: 10_000 }).ended;
if (second !== 1) {
  failures++;
  console.log(`FAILED: it ended with ${second}, not with 1`);
}

console.log('\n--- SIGTERM ends the server in order');
server.kill('SIGTERM');
const code = await server.ended;
if (code !== 0) {
  failures++;
  console.log(`FAILED: it ended with ${code}, not with 0`);
}

console.log(failures === 0 ? '\nAll suites passed.' : `\nSuites that failed: ${failures}`);
process.exitCode = failures === 0 ? 0 : 1;
