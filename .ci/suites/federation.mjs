// A contract as a subgraph: whether it composes with another one that knows customers too.
//
//   node federation.mjs path/to/customer360 partner
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { assertCompositionSuccess, composeServices } from '@theguild/federation-composition';
import { buildSchema, parse } from 'graphql';

const [binary, audience] = process.argv.slice(2);
const ours = execFileSync(binary, ['schema', 'print', '--audience', audience, '--subgraph'], { encoding: 'utf8' });

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

const result = composeServices([
  { name: 'customer360', url: 'https://customer360.example.com/graphql', typeDefs: parse(ours) },
  { name: 'parcels', url: 'https://parcels.example.com/graphql', typeDefs: parse(theirs) },
]);
(result.errors ?? []).forEach(error => console.log(`  ${error.message}`));
assertCompositionSuccess(result);

const fields = buildSchema(result.publicSdl).getType('Customer').getFields();
assert.ok(fields.parcels && fields.displayName, 'a customer has the fields of both');
assert.match(result.supergraphSdl, /type Customer[^{]*@join__type\(graph: CUSTOMER360, key: "id"\)/);
const types = Object.keys(buildSchema(result.publicSdl).getTypeMap()).filter(name => !name.startsWith('__'));
console.log(`It composes: ${types.length} types, ${Object.keys(fields).length} fields of a customer.`);
