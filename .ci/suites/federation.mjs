// A contract as a subgraph: whether it composes with another one that knows customers too, by both
// composers; whether a router fetches from the gateway what the other one refers to; and whether
// what clients wish reaches the gateway through one, by the configuration that the docs give.
//
//   node federation.mjs http://127.0.0.1:8080/graphql path/to/customer360 partner
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { composeServices as composeByApollo } from '@apollo/composition';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { getStitchedSchemaFromSupergraphSdl } from '@graphql-tools/federation';
import { assertCompositionSuccess, composeServices } from '@theguild/federation-composition';
import { buildSchema, execute, parse, print } from 'graphql';
import { headers } from './server.mjs';
import { blocks, importTypeScript } from './snippets.mjs';

const [url, binary, audience] = process.argv.slice(2);
const ours = execFileSync(binary, ['schema', 'print', '--audience', audience, '--subgraph'], { encoding: 'utf8' });

async function gateway(query, variables) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json', Accept: 'application/graphql-response+json' },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

const { _service: service } = (await gateway('{ _service { sdl } }')).data;
assert.equal(service.sdl, ours, 'the gateway tells a router the contract that the command prints');

// It has a list by the rules of Relay as well, so that both have a PageInfo.
const theirs = /* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])
  type Query {
    parcel(id: ID!): Parcel
  }
  type Customer @key(fields: "id") {
    id: ID!
    parcels(first: Int, after: String): ParcelConnection
  }
  type ParcelConnection {
    edges: [ParcelEdge!]!
    pageInfo: PageInfo!
  }
  type ParcelEdge {
    cursor: String!
    node: Parcel!
  }
  type Parcel @key(fields: "id") {
    id: ID!
    recipient: Customer
  }
  type PageInfo @shareable {
    hasNextPage: Boolean!
    hasPreviousPage: Boolean!
    startCursor: String
    endCursor: String
  }
`;

const services = [
  { name: 'customer360', url, typeDefs: parse(ours) },
  { name: 'parcels', url: 'https://parcels.example.com/graphql', typeDefs: parse(theirs) },
];
const result = composeServices(services);
(result.errors ?? []).forEach(error => console.log(`  ${error.message}`));
assertCompositionSuccess(result);
const byApollo = composeByApollo(services);
assert.deepEqual(byApollo.errors?.map(error => error.message), undefined, "Apollo's composer takes it");
const names = sdl => Object.keys(buildSchema(sdl).getTypeMap()).sort();
assert.deepEqual(
  names(byApollo.supergraphSdl).filter(name => !/^(join|link)__/.test(name)),
  names(result.supergraphSdl).filter(name => !/^(join|link)__/.test(name)),
  'both composers give the same types',
);

const fields = buildSchema(result.publicSdl).getType('Customer').getFields();
assert.ok(fields.parcels && fields.displayName, 'a customer has the fields of both');
assert.match(result.supergraphSdl, /type Customer[^{]*@join__type\(graph: CUSTOMER360, key: "id"\)/);
const types = Object.keys(buildSchema(result.publicSdl).getTypeMap()).filter(name => !name.startsWith('__'));
console.log(`It composes: ${types.length} types, ${Object.keys(fields).length} fields of a customer.`);

// The other graph knows parcels, and of those who get them the ids that the gateway gave.
const { data } = await gateway('{ customers(first: 2) { edges { node { id displayName } } } }');
const [ada, ben] = data.customers.edges.map(edge => edge.node);
const recipients = { 1: ada.id, 2: ben.id, 3: ada.id, 4: 'lost' };

const requests = { customer360: 0, parcels: 0 };
const router = getStitchedSchemaFromSupergraphSdl({
  supergraphSdl: result.supergraphSdl,
  onSubschemaConfig(subschema) {
    const name = subschema.name.toLowerCase();
    subschema.executor = ({ document, variables }) => {
      requests[name]++;
      return name === 'customer360' ? gateway(print(document), variables) : parcels(document, variables);
    };
  },
});

function parcels(document, variables) {
  const schema = buildSchema(`scalar _Any union _Entity = Customer | Parcel ${theirs.replace(/extend schema.*|@\w+(\(.*?\))?/g, '')}
    extend type Query { _entities(representations: [_Any!]!): [_Entity]! }`);
  return execute({
    schema, document, variableValues: variables,
    rootValue: {
      parcel: ({ id }) => ({ id, recipient: { __typename: 'Customer', id: recipients[id] } }),
      _entities: ({ representations }) => representations.map(({ id }) => ({
        __typename: 'Customer', id,
        parcels: { pageInfo: {}, edges: Object.keys(recipients).filter(key => recipients[key] === id).map(key => ({ cursor: key, node: { id: key } })) },
      })),
    },
  });
}

const got = await execute({
  schema: router,
  document: parse(`{
    first: parcel(id: "1") { recipient { displayName } }
    second: parcel(id: "2") { recipient { displayName createdAt } }
    third: parcel(id: "3") { recipient { displayName } }
    fourth: parcel(id: "4") { recipient { displayName } }
    customers(first: 1) { edges { node { displayName parcels { edges { node { id } } } } } }
  }`),
});
console.log(`  ${JSON.stringify(got)}`);
assert.equal(got.data.first.recipient.displayName, ada.displayName);
assert.equal(got.data.second.recipient.displayName, ben.displayName);
assert.equal(got.data.third.recipient.displayName, ada.displayName);
assert.equal(got.data.fourth.recipient, null);
assert.deepEqual(got.data.customers.edges[0].node.parcels.edges.map(edge => edge.node.id), ['1', '3']);
assert.deepEqual(got.errors?.map(error => error.extensions.code), ['BAD_USER_INPUT'], 'one id is none of the gateway');
console.log(`A router fetches the customers that parcels refer to: ${requests.customer360} requests to the gateway, ${requests.parcels} to the other.`);

// Both supergraphs, by a router that asks over HTTP.
const [{ text: config }] = blocks('federation.md').filter(block => block.language === 'ts');
const { gatewayConfig } = await importTypeScript(config);
const wishes = !/directive @freshness/.test(ours) ? {} : {
  'C360-Freshness': 'BILLING;on-error=FAIL;deadline=PT0.000000001S', // Nothing answers within that.
};
for (const [composer, { supergraphSdl }] of Object.entries({ "The Guild's": result, "Apollo's": byApollo })) {
  const hive = createGatewayRuntime({ supergraph: supergraphSdl, logging: false, maskedErrors: false, ...gatewayConfig });
  async function ask(query, extra) {
    const response = await hive.fetch('http://router.example.com/graphql', {
      method: 'POST',
      headers: { ...headers, ...extra, 'Content-Type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    return response.json();
  }
  const state = '{ customers(first: 60) { edges { node { billing { invoices(first: 1) { pageInfo { hasNextPage } } } sourceStatus(of: BILLING) { state } } } } }';
  const states = answer => new Set(answer.data.customers.edges.map(edge => edge.node.sourceStatus.state));
  const plain = await ask(state);
  assert.ok(plain.data?.customers && states(plain).has('FRESH'), JSON.stringify(plain));
  if (wishes['C360-Freshness']) {
    const late = await ask(state, wishes);
    assert.ok(states(late).has('TIMED_OUT') && !states(late).has('FRESH'), JSON.stringify(late).slice(0, 1000));
    assert.ok(late.errors.some(error => error.extensions.code === 'TIMED_OUT'));
    const quiet = await ask(state, { ...wishes, 'C360-Source-Errors': 'status' });
    assert.ok(states(quiet).has('TIMED_OUT') && !states(quiet).has('FRESH'));
    assert.equal(quiet.errors, undefined);
  }
  const misspelt = await ask(state, { 'C360-Source-Errors': 'none' });
  assert.match(misspelt.errors[0].message, /C360-Source-Errors: the value must be status or errors/);
  const refused = await ask(state, { 'C360-Purpose': 'telemarketing' });
  if (audience !== 'internal') {
    assert.match(refused.errors[0].message, /does not allow the declared purpose/);
  }
  if (audience === 'analyst') {
    const social = '{ customers(first: 60) { edges { node { social { followers } sourceStatus(of: SOCIAL) { code } } } } }';
    const followers = answer => answer.data.customers.edges.filter(edge => edge.node.social?.followers >= 0).length;
    assert.equal(followers(await ask(social)), 0, 'nobody has declared a purpose');
    assert.ok(followers(await ask(social, { 'C360-Purpose': 'profiling' })) > 0, 'the purpose arrives');
  }
  await hive[Symbol.asyncDispose]();
  console.log(`Through a router, over the supergraph of ${composer} composer, the headers arrive.`);
}
