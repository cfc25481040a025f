import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from "@apollo/client";
import { relayStylePagination } from "@apollo/client/utilities";

// Sends `extensions: {sourceErrors: "status"}` with the operations whose context says so.
const sourceErrors = new ApolloLink((operation, forward) => {
  const { sourceErrors } = operation.getContext();
  if (sourceErrors) operation.extensions.sourceErrors = sourceErrors;
  return forward(operation);
});

// Without this a fragment on Node is left out silently.
const possibleTypes = {
  Node: [
    "Billing", "BillingAccount", "Charge", "Customer", "Interaction", "Invoice", "Mention", "Payment", "Social",
    "SocialProfile", "Subscription", "Support", "Ticket",
  ],
};

const whole = { merge: false }; // a new value replaces the old one whole

const typePolicies = {
  Query: {
    fields: {
      customers: relayStylePagination(["where", "orderBy"]),
      // A customer that some query brought is found by its id without asking.
      customer: {
        read: (known, { args, toReference }) =>
          known ?? (args.by.id ? toReference({ __typename: "Customer", id: args.by.id }) : undefined),
      },
    },
  },
  Customer: { fields: { timeline: relayStylePagination(["kinds", "channels"]) } },
  Billing: {
    fields: { invoices: relayStylePagination(["status"]), charges: relayStylePagination(["since"]) },
  },
  Support: { fields: { tickets: relayStylePagination(["status"]) } },
  Social: { fields: { mentions: relayStylePagination() } },
  SourceStatus: whole,
  Money: whole,
  Rating: whole,
  Score: whole,
};

export const newClient = (uri, fetch) =>
  new ApolloClient({
    link: ApolloLink.from([sourceErrors, new HttpLink({ uri, fetch })]),
    cache: new InMemoryCache({ possibleTypes, typePolicies }),
    defaultOptions: { query: { errorPolicy: "all" }, watchQuery: { errorPolicy: "all" } },
  });
