import assert from "node:assert/strict";
import { gql } from "@urql/core";
import { newClient } from "./client.js";

let requests = 0;
const client = newClient(process.env.CUSTOMER360_URL ?? "http://127.0.0.1:8080/graphql", (...a) => (requests++, fetch(...a)));

const STATUS = gql`
  fragment Status on SourceStatus { source state complete stale asOf code retryAfter }
`;
const CARD = gql`
  query Card($by: CustomerBy!) {
    customer(by: $by) {
      id
      displayName
      billing { id mrr { amount currency } }
      billingStatus: sourceStatus(of: BILLING) { ...Status }
      social { id followers }
      socialStatus: sourceStatus(of: SOCIAL) { ...Status }
    }
  }
  ${STATUS}
`;
const BALANCE = gql`
  query Balance($by: CustomerBy!) { customer(by: $by) { id billing { id balance { amount currency } } } }
`;
const BILLING = gql`
  query Billing($by: CustomerBy!) {
    customer(by: $by) { id billing { id mrr { amount currency } balance { amount currency } } }
  }
`;
const NAME = gql`
  query Name($by: CustomerBy!) { customer(by: $by) { id displayName } }
`;
const LIST = gql`
  query List($first: Int!, $after: String, $where: CustomerFilter) {
    customers(first: $first, after: $after, where: $where, orderBy: { field: NAME }) {
      edges { cursor node { id displayName } }
      pageInfo { hasNextPage endCursor }
    }
  }
`;

// Data and errors come together; a source that is missing says why in its status.
async function card(by, context) {
  const { data, error } = await client.query(CARD, { by }, { requestPolicy: "network-only", ...context });
  const c = data.customer;
  console.log(`${c.displayName}: billing ${c.billingStatus.state}, social ${c.socialStatus.state}, errors ${JSON.stringify(error?.graphQLErrors.map((e) => e.extensions) ?? [])}`);
  assert.ok(c.social !== null || c.socialStatus.state !== "FRESH");
  return { c, errors: error?.graphQLErrors ?? [] };
}
await card({ email: "grigory@example.com" });

// One with a social account: where that source is down there is an error on its path,
// and none where the request reads failures in status.
const social = await client.query(LIST, { first: 1, where: { link: { source: "SOCIAL" } } });
const by = { id: social.data.customers.edges[0].node.id };
const loud = await card(by);
assert.ok(loud.c.social !== null || loud.errors.every((e) => e.extensions.source === "SOCIAL" && e.path.at(-1) === "social"));
assert.equal(loud.errors.length === 0, loud.c.social !== null);
assert.equal((await card(by, { sourceErrors: "status" })).errors.length, 0);

// Billing has an id of its own: what two queries asked of it is one entry.
const grigory = { by: { email: "grigory@example.com" } };
await client.query(BALANCE, grigory);
const { billing } = (await client.query(BILLING, grigory, { requestPolicy: "cache-only" })).data.customer;
assert.ok(billing, "nothing to merge: billing does not answer");
assert.ok(billing.mrr && billing.balance);

// Two pages are one list.
const { customers: page } = (await client.query(LIST, { first: 5 })).data;
await client.query(LIST, { first: 5, after: page.pageInfo.endCursor });
const { customers: list } = (await client.query(LIST, { first: 5 }, { requestPolicy: "cache-only" })).data;
const customers = list.edges.map((e) => e.node);
assert.equal(new Set(customers.map((c) => c.id)).size, 10);
console.log(`two pages, one list: ${customers.map((c) => c.displayName).join(", ")}`);

// The list brought this customer: asked by id, it comes from the cache.
const before = requests;
await client.query(NAME, { by: { id: customers[9].id } });
assert.equal(requests, before);
console.log(`ok, ${requests} requests`);
