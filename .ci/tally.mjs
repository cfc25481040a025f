// Reads `go test -json`, shows what failed and what was skipped, and says how many
// tests passed and failed. A skipped test counts as failed, since CI has all that a
// test may want; except those that need a MongoDB server, which are run where there
// is one, those that CI runs by name, and long ones where it leaves them out.
import { createInterface } from 'node:readline';

const mayBeSkipped = /C360_TEST_MONGODB_URI|run it by name, make [a-z]+$|run it without -short$/m;

let passed = 0;
let failed = 0;
const outputs = new Map();
const told = new Set();

for await (const line of createInterface({ input: process.stdin })) {
  let event;
  try {
    event = JSON.parse(line);
  } catch {
    console.log(line);
    continue;
  }
  const { Action: action, Package: name, Test: test, Output: output, Elapsed: elapsed } = event;
  const key = `${name} ${test ?? ''}`;
  if (action === 'build-output') {
    process.stdout.write(output);
  } else if (action === 'output') {
    outputs.set(key, (outputs.get(key) ?? '') + output);
  } else if (!test && (action === 'pass' || action === 'fail')) {
    console.log(`${action === 'pass' ? 'ok  ' : 'FAIL'}  ${name}  ${elapsed} s`);
    if (action === 'fail') {
      process.stdout.write(outputs.get(key) ?? '');
      // A package that does not build or ends early has no test that failed.
      failed += told.has(name) ? 0 : 1;
    }
  } else if (test && action === 'pass') {
    passed++;
    outputs.delete(key);
  } else if (test && (action === 'fail' || action === 'skip')) {
    process.stdout.write(`${action} ${name}\n${outputs.get(key) ?? ''}`);
    if (action === 'fail' || !mayBeSkipped.test(outputs.get(key))) {
      failed++;
      told.add(name);
    }
  }
}

if (failed > 0) {
  process.exitCode = 1;
}
console.log(`\n${passed} passed, ${failed} failed`);
