// What the clients of an audience see of the schema: valid, the same as the committed
// contract, and nothing taken away that a client may use.
//
//   node schema.mjs http://127.0.0.1:8080/graphql partner
//
// Where the server asks for credentials, C360_TOKEN is one of the audience.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import {
  GraphQLSchema,
  buildClientSchema,
  buildSchema,
  findBreakingChanges,
  findDangerousChanges,
  getIntrospectionQuery,
  isInterfaceType,
  isObjectType,
  lexicographicSortSchema,
  parse,
  print,
  printSchema,
  validateSchema,
  visit,
} from 'graphql';
import { headers } from './server.mjs';

process.chdir(`${import.meta.dirname}/../..`);
const [url, audience] = process.argv.slice(2);
const file = `contracts/${audience}.graphqls`;
const failures = [];

function report(title, lines) {
  console.log(`${title}: ${lines.length}`);
  lines.forEach(line => console.log(`  ${line}`));
  return lines;
}

async function introspect() {
  const query = getIntrospectionQuery({
    descriptions: true,
    schemaDescription: true,
    specifiedByUrl: true,
    oneOf: true,
    directiveIsRepeatable: true,
    inputValueDeprecation: true,
  });
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/graphql-response+json', ...headers },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = await response.json();
  if (errors) {
    throw new Error(`introspection failed: ${JSON.stringify(errors)}`);
  }
  return buildClientSchema(data);
}

// Both texts in one order, so that only what differs is left.
function differences(ours, theirs) {
  const lines = schema => printSchema(lexicographicSortSchema(schema)).split('\n');
  const [a, b] = [lines(ours), lines(theirs)];
  const only = (x, y) => x.filter(line => !y.includes(line));
  if (a.join('\n') === b.join('\n')) {
    return [];
  }
  const found = [
    ...only(a, b).map(line => `only in ${file}: ${line.trim()}`),
    ...only(b, a).map(line => `only in introspection: ${line.trim()}`),
  ];
  return found.length > 0 ? found : ['the same lines in another place'];
}

function git(...args) {
  try {
    return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trimEnd();
  } catch {
    return undefined;
  }
}

// The contract that clients have now: where this branch left the main branch, or the
// commit before this one.
function base() {
  const head = git('rev-parse', 'HEAD');
  const fork = git('merge-base', 'HEAD', 'origin/HEAD');
  const commit = fork && fork !== head ? fork : git('rev-parse', '--verify', 'HEAD^1');
  const text = commit && git('show', `${commit}:${file}`);
  return text && { commit, text };
}

// A schema without what is deprecated, and without the types that only that led to:
// clients were warned, so it may go, from the day on that the reason names.
function promised(text) {
  const today = new Date().toISOString().slice(0, 10);
  const over = deprecated => {
    const reason = deprecated.arguments?.find(a => a.name.value === 'reason')?.value.value ?? '';
    return (reason.match(/Until (\d{4}-\d{2}-\d{2})/)?.[1] ?? '') <= today;
  };
  const withoutDeprecated = visit(parse(text), {
    enter: node => (node.directives?.some(d => d.name.value === 'deprecated' && over(d)) ? null : undefined),
  });
  const config = buildSchema(print(withoutDeprecated), { assumeValidSDL: true }).toConfig();
  const kept = config.types.filter(t => isInterfaceType(t) || (isObjectType(t) && t.getInterfaces().length > 0));
  return new GraphQLSchema({ ...config, types: kept, assumeValid: true });
}

const seen = await introspect();
const written = buildSchema(readFileSync(file, 'utf8'));

failures.push(...report('Errors of the schema', validateSchema(seen).map(String)));
failures.push(...report(`Differences from ${file}`, differences(written, seen)));

const before = base();
if (before) {
  const since = `since ${before.commit.slice(0, 12)}`;
  const describe = change => `${change.type}: ${change.description}`;
  failures.push(...report(`Breaking changes ${since}`, findBreakingChanges(promised(before.text), seen).map(describe)));
  report(`Changes that clients may notice ${since}`, findDangerousChanges(promised(before.text), seen).map(describe));
} else {
  console.log(`Breaking changes: there is no earlier commit with ${file} to compare with`);
}
process.exitCode = failures.length > 0 ? 1 : 0;
