import assert from "node:assert/strict";
import relay from "relay-runtime";
import { newEnvironment } from "./client.js";
import BALANCE from "./__generated__/documentsBalanceQuery.graphql.js";
import CARD from "./__generated__/documentsCardQuery.graphql.js";
import LIST from "./__generated__/documentsListQuery.graphql.js";
import NAME from "./__generated__/documentsNameQuery.graphql.js";

const { createOperationDescriptor, fetchQuery } = relay;
const environment = newEnvironment(process.env.CUSTOMER360_URL ?? "http://127.0.0.1:8080/graphql");
const ask = (query, variables, extensions) =>
  fetchQuery(environment, query, variables, { networkCacheConfig: { force: true, metadata: extensions } }).toPromise();
const stored = (query, variables) => createOperationDescriptor(query, variables);

// Data and errors come together; a source that is missing says why in its status.
async function card(by, extensions) {
  const { customer: c } = await ask(CARD, { by }, extensions);
  console.log(`${c.displayName}: billing ${c.billingStatus.state}, social ${c.socialStatus.state}, ${JSON.stringify(c.social)}`);
  assert.ok(!c.social.ok || c.social.value !== null || c.socialStatus.state !== "FRESH");
  return c;
}
const grigory = await card({ email: "grigory@example.com" });

// One with a social account: where that source is down its field is caught as an
// error, and is a plain null where the request reads failures in status.
const social = await ask(LIST, { first: 1, where: { link: { source: "SOCIAL" } } });
const by = { id: social.customers.edges[0].node.id };
const loud = (await card(by)).social;
assert.ok(loud.ok ? loud.value !== null : loud.errors.every((e) => e.extensions.source === "SOCIAL"));
const quiet = (await card(by, { sourceErrors: "status" })).social;
assert.ok(quiet.ok);
assert.equal(quiet.value === null, !loud.ok);

// Billing has an id of its own: what two queries asked of it is one entry.
await ask(BALANCE, { by: { email: "grigory@example.com" } });
assert.ok(grigory.billing, "nothing to merge: billing does not answer");
const billing = environment.getStore().getSource().get(grigory.billing.id);
assert.ok(billing.mrr && billing.balance);

// Two pages are one list.
const { customers: page } = await ask(LIST, { first: 5 });
await ask(LIST, { first: 5, after: page.pageInfo.endCursor });
const list = environment.lookup(stored(LIST, { first: 5 }).fragment).data.customers;
const customers = list.edges.map((e) => e.node);
assert.equal(new Set(customers.map((c) => c.id)).size, 10);
console.log(`two pages, one list: ${customers.map((c) => c.displayName).join(", ")}`);

// The list brought this customer: asked by id, it is in the store.
const known = stored(NAME, { by: { id: customers[9].id } });
assert.equal(environment.check(known).status, "available");
assert.equal(environment.lookup(known.fragment).data.customer.displayName, customers[9].displayName);
console.log("ok");
