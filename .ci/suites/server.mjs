// A server for the suites: a process of its own, on a port that nobody else has.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

// run starts the command and gives the child process with a promise of its exit code.
export function run(command, args, options) {
  const child = spawn(command, args, { stdio: 'inherit', ...options });
  child.ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(signal ?? code));
  });
  return child;
}

// Credentials that are refused are part of the suites: nobody is to be shut out for them.
const closed = 'access: {anonymous: refuse, attempts: 1000}\n';

// start starts a server over the demo company. Port 0 lets the system choose, and the
// server itself says which it got, so that no other server can be taken for it. One that
// asks for credentials has a key for each audience, in keys.
export async function start(binary, { credentials }) {
  const dir = mkdtempSync(join(tmpdir(), 'customer360-suites-'));
  const args = ['--addr', '127.0.0.1:0', '--demo', 'records', '--data-dir', dir, '--log-level', 'warn'];
  if (credentials) {
    const config = join(dir, 'closed.yaml');
    writeFileSync(config, closed);
    args.push('--config', config);
  }
  const server = run(binary, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  server.dir = dir;
  server.ended.finally(() => rmSync(dir, { recursive: true, force: true }));
  process.on('exit', () => server.kill('SIGKILL'));

  for await (const line of createInterface({ input: server.stdout })) {
    const origin = line.match(/http:\/\/127\.0\.0\.1:\d+/)?.[0];
    if (origin) {
      server.origin = origin;
      break;
    }
  }
  server.stdout.resume();
  if (!server.origin) {
    throw new Error(`the server ended with ${await server.ended} before it served`);
  }
  for (let waited = 0; ; waited += 100) {
    const ready = await fetch(`${server.origin}/readyz`);
    if (ready.ok) {
      break;
    }
    if (waited > 10_000) {
      throw new Error(`the server is not ready after 10 s: ${await ready.text()}`);
    }
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  server.keys = JSON.parse(readFileSync(join(dir, 'demo-keys.json'), 'utf8'));
  return server;
}

// headers carry the credential that the environment gives, if it gives one.
export const headers = process.env.C360_TOKEN ? { Authorization: `Bearer ${process.env.C360_TOKEN}` } : {};
