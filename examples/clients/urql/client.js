import { Client, fetchExchange, mapExchange } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { relayPagination } from "@urql/exchange-graphcache/extras";

// Sends `extensions: {sourceErrors: "status"}` with the queries whose context says so.
// It stands behind the cache, which does not pass a request's own extensions on.
const sourceErrors = mapExchange({
  onOperation: (operation) =>
    operation.context.sourceErrors
      ? { ...operation, extensions: { ...operation.extensions, sourceErrors: operation.context.sourceErrors } }
      : operation,
});

// The types without an id are parts of what they stand in.
const parts = [
  "Actor", "Attribute", "AttributeDefinition", "Consent", "ContactPoint", "CurrencyTotals", "Money", "PageInfo",
  "PostalAddress", "Rating", "RecordLink", "Relation", "Score", "SourceStatus", "SystemInfo", "SystemStatus",
  ...["Charge", "Customer", "Interaction", "Invoice", "Mention", "Ticket"].flatMap((t) => [`${t}Connection`, `${t}Edge`]),
];

const cache = () =>
  cacheExchange({
    keys: Object.fromEntries(parts.map((type) => [type, () => null])),
    resolvers: {
      Query: {
        customers: relayPagination(),
        // A customer that some query brought is found by its id without asking.
        customer: (_parent, args, cache, info) =>
          args.by.id ? { __typename: "Customer", id: args.by.id } : cache.resolve(info.parentKey, info.fieldName, args),
      },
      Customer: { timeline: relayPagination() },
      Billing: { invoices: relayPagination(), charges: relayPagination() },
      Support: { tickets: relayPagination() },
      Social: { mentions: relayPagination() },
    },
  });

export const newClient = (url, fetch) =>
  new Client({
    url,
    fetch,
    exchanges: [cache(), sourceErrors, fetchExchange],
    preferGetMethod: false, // the default is GET, which the server takes with a preflight header only
  });
