// A server for the suites: a process of its own, on a port that nobody else has.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
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

// start starts a server over the demo company. Port 0 lets the system choose, and the
// server itself says which it got, so that no other server can be taken for it.
export async function start(binary) {
  const dir = mkdtempSync(join(tmpdir(), 'customer360-suites-'));
  const args = ['--addr', '127.0.0.1:0', '--demo', 'records', '--data-dir', dir, '--log-level', 'warn'];
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
      return server;
    }
    if (waited > 10_000) {
      throw new Error(`the server is not ready after 10 s: ${await ready.text()}`);
    }
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}
