// The documents that relay-compiler turns into __generated__/.
import { graphql } from "relay-runtime";

graphql`
  fragment documents_status on SourceStatus { source state complete stale asOf code retryAfter }
`;
graphql`
  query documentsCardQuery($by: CustomerBy!) {
    customer(by: $by) {
      id
      displayName
      billing { id mrr { amount currency } }
      billingStatus: sourceStatus(of: BILLING) { ...documents_status @relay(mask: false) }
      social @catch(to: RESULT) { followers }
      socialStatus: sourceStatus(of: SOCIAL) { ...documents_status @relay(mask: false) }
    }
  }
`;
graphql`
  query documentsBalanceQuery($by: CustomerBy!) { customer(by: $by) { billing { balance { amount currency } } } }
`;
graphql`
  query documentsNameQuery($by: CustomerBy!) @throwOnFieldError { customer(by: $by) { displayName } }
`;
graphql`
  query documentsListQuery($first: Int!, $after: String, $where: CustomerFilter) {
    customers(first: $first, after: $after, where: $where, orderBy: { field: NAME })
      @connection(key: "documents_customers") {
      edges { node { id displayName } }
    }
  }
`;
