// The audits of graphql-http: how closely a server keeps to GraphQL over HTTP.
//
//   node audit.mjs http://127.0.0.1:8080/graphql
//
// Where the server asks for credentials, C360_TOKEN is one.
import { auditServer } from 'graphql-http';
import { headers } from './server.mjs';

const url = process.argv[2];

// How many there are, so that none is lost unseen with another version.
const count = 61;

// A GET without a preflight header is refused, since another site's page can make a
// browser send one. Answering GET is what a server MAY do; these are the audits that try.
const refusedGets = ['5A70', 'D6D5', '6A70'];

async function audit(title, extra, allowed) {
  const fetchFn = (input, init) => fetch(input, { ...init, headers: { ...init?.headers, ...headers, ...extra } });
  const results = await auditServer({ url, fetchFn });
  const levels = { ok: 0, notice: 0, warn: 0, error: 0 };
  const wrong = [];
  for (const { id, name, status, reason } of results) {
    levels[status]++;
    if (status !== 'ok' && !(status === 'notice' && allowed.includes(id))) {
      wrong.push(`  ${status} ${id} ${name}: ${reason}`);
    }
  }
  const sums = Object.entries(levels).map(([level, n]) => `${n} ${level}`);
  console.log(`${title}: ${results.length} audits: ${sums.join(', ')}`);
  if (results.length !== count) {
    wrong.push(`  ${results.length} audits were run, not ${count}`);
  }
  if (levels.notice !== allowed.length) {
    wrong.push(`  ${levels.notice} notices, and ${allowed.length} are known: bring the list up to date`);
  }
  wrong.forEach(line => console.log(line));
  return wrong.length === 0;
}

const plain = await audit('As any client', {}, refusedGets);
const preflighted = await audit('With a preflight header', { 'GraphQL-Preflight': '1' }, []);
process.exitCode = plain && preflighted ? 0 : 1;
