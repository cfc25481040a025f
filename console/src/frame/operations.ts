/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** The side of an actor. Values will be added. */
export type ActorKind =
  /** A person of the company. */
  | 'AGENT'
  /** The customer, or somebody on the customer's behalf. */
  | 'CUSTOMER'
  /** Somebody else, or not known. */
  | 'OTHER'
  /** A machine of the company. */
  | 'SYSTEM';

/** A filter of one attribute. All given fields must match. */
export type AttributeFilter = {
  /** The attribute has this value, in the format of its `text`. */
  eq?: string | null | undefined;
  /** True: the customer has this attribute. False: the customer does not. */
  exists?: boolean | null | undefined;
  /** The attribute has one of these values, in the format of its `text`. At most 100. */
  in?: Array<string> | null | undefined;
  /** The attribute's key, as listed by `attributeDefinitions`. At most 200 bytes. */
  key: string;
};

/** A channel between customer and company. Values will be added. */
export type Channel =
  /** E-mail. */
  | 'EMAIL'
  /** A public forum. */
  | 'FORUM'
  /** Face to face. */
  | 'IN_PERSON'
  /** A messenger application. */
  | 'MESSENGER'
  /** Another channel. */
  | 'OTHER'
  /** A phone call. */
  | 'PHONE'
  /** A letter. */
  | 'POST'
  /** A text message to a phone number. */
  | 'SMS'
  /** A social network. */
  | 'SOCIAL'
  /** A form or chat on the company's own site or application. */
  | 'WEB';

/** The status of a charge. Values will be added. */
export type ChargeStatus =
  /** The customer disputes it. */
  | 'DISPUTED'
  /** It failed. */
  | 'FAILED'
  /** Something else: `rawStatus` has the system's word. */
  | 'OTHER'
  /** Not decided yet. */
  | 'PENDING'
  /** The money was received, and some or all of it refunded. */
  | 'REFUNDED'
  /** The money was received. */
  | 'SUCCEEDED';

/** What a customer said about a purpose. Values will be added. */
export type ConsentStatus =
  /** Refused. */
  | 'DENIED'
  /** Agreed. */
  | 'GRANTED'
  /** Something else: treat it as refused. */
  | 'OTHER'
  /** Agreed, then withdrawn. */
  | 'WITHDRAWN';

/** A filter of customers. All given fields must match. */
export type CustomerFilter = {
  /** All of these must match. */
  and?: Array<CustomerFilter> | null | undefined;
  /** All of these must match the customer's attributes. */
  attributes?: Array<AttributeFilter> | null | undefined;
  /** When the customer was first known. */
  createdAt?: DateTimeFilter | null | undefined;
  /** One of the customer's e-mail addresses. Requires scope `sensitive:email`. */
  email?: string | null | undefined;
  /** The customer has one of these ids. At most 100. */
  ids?: Array<string> | null | undefined;
  /** The customer's links to other systems. */
  link?: LinkFilter | null | undefined;
  /** The customer's name. Letter case and accents are ignored. Requires scope `sensitive:name`. */
  name?: StringFilter | null | undefined;
  /** This must not match. */
  not?: CustomerFilter | null | undefined;
  /** At least one of these must match. */
  or?: Array<CustomerFilter> | null | undefined;
  /** One of the customer's phone numbers, in international format. Requires scope `sensitive:phone`. */
  phone?: string | null | undefined;
};

/** The kind of party that a customer is. Values will be added. */
export type CustomerKind =
  /** A company, authority or association. */
  | 'ORGANIZATION'
  /** Another kind, or not known. */
  | 'OTHER'
  /** A natural person. */
  | 'PERSON';

/** The order of customers. The customer's key breaks ties, so paging neither skips nor repeats. */
export type CustomerOrder = {
  /** The direction. */
  direction?: OrderDirection;
  /** The field to sort by. */
  field: CustomerOrderField;
};

/** The fields by which customers can be sorted. Values will be added. */
export type CustomerOrderField =
  /** When the customer was first known. */
  | 'CREATED_AT'
  /** The name, ignoring letter case and accents. Customers without a name come first. Requires scope `sensitive:name`. */
  | 'NAME'
  /** When the profile last changed. */
  | 'UPDATED_AT';

/** A filter of a moment in time. All given fields must match. */
export type DateTimeFilter = {
  /** Later than this. */
  gt?: string | null | undefined;
  /** At this moment or later. */
  gte?: string | null | undefined;
  /** Earlier than this. */
  lt?: string | null | undefined;
  /** At this moment or earlier. */
  lte?: string | null | undefined;
};

/** The direction of an interaction. Values will be added. */
export type Direction =
  /** From the customer to the company. */
  | 'INBOUND'
  /** Within the company. */
  | 'INTERNAL'
  /** From the company to the customer. */
  | 'OUTBOUND';

/** What went wrong, in errors and in status. Values will be added. */
export type ErrorCode =
  /** Several customers share this identifier. */
  | 'AMBIGUOUS'
  /** The link has a key that the system cannot look up: the link must be corrected. */
  | 'BAD_LINK'
  /** An argument is invalid; the message says what to do. */
  | 'BAD_USER_INPUT'
  /** The request was abandoned before the system answered. */
  | 'CANCELED'
  /** The system failed repeatedly and is not asked for a while (circuit breaker). */
  | 'CIRCUIT_OPEN'
  /** The customer has not agreed to this purpose. */
  | 'CONSENT_REQUIRED'
  /** The operation costs more than its limit; the message has both. */
  | 'COST_LIMIT'
  /** The caller may send trusted documents only, and this is not one. */
  | 'DOCUMENT_NOT_TRUSTED'
  /** The caller may not see this. */
  | 'FORBIDDEN'
  /** A fault in the gateway. Report the error's `requestId`. */
  | 'INTERNAL'
  /** The system gave an answer that cannot be understood. */
  | 'MALFORMED'
  /** The link names a system that is not configured. */
  | 'NOT_CONFIGURED'
  /** There is no such object that the caller may see. */
  | 'NOT_FOUND'
  /** Something else. */
  | 'OTHER'
  /** A rate limit is reached. `retryAfter` says how long to wait, if known. */
  | 'RATE_LIMITED'
  /** The system did not answer within the time allowed. */
  | 'TIMED_OUT'
  /** The credential is missing or not valid. */
  | 'UNAUTHENTICATED'
  /** The system refused the gateway's credentials: the operator must act. */
  | 'UNAUTHORIZED'
  /** The system could not be reached, or failed. */
  | 'UNAVAILABLE';

/** What happened. Values will be added. */
export type InteractionKind =
  /** A phone call. */
  | 'CALL'
  /** An invoice was issued. */
  | 'INVOICE_ISSUED'
  /** A public post about the brand, or addressed to it. */
  | 'MENTION'
  /** Something was written, in either direction, in a support conversation. */
  | 'MESSAGE'
  /** An internal note; the customer does not see it. */
  | 'NOTE'
  /** Something else. */
  | 'OTHER'
  /** A payment was received. */
  | 'PAYMENT'
  /** A payment attempt failed. */
  | 'PAYMENT_FAILED'
  /** A payment was refunded, in whole or in part. */
  | 'REFUND'
  /** A subscription ended. */
  | 'SUBSCRIPTION_ENDED'
  /** A subscription began. */
  | 'SUBSCRIPTION_STARTED'
  /** A ticket was opened. */
  | 'TICKET_OPENED'
  /** A ticket was solved. */
  | 'TICKET_SOLVED';

/** The status of an invoice. Values will be added. */
export type InvoiceStatus =
  /** Not issued yet. */
  | 'DRAFT'
  /** Issued and not paid, but not overdue. */
  | 'DUE'
  /** Something else. */
  | 'OTHER'
  /** Its due date has passed. */
  | 'OVERDUE'
  /** Paid. */
  | 'PAID'
  /** Written off. */
  | 'UNCOLLECTIBLE'
  /** Cancelled. */
  | 'VOID';

/** The legal basis for using personal data (GDPR, article 6). Values will be added. */
export type LegalBasis =
  /** The person has agreed. */
  | 'CONSENT'
  /** A contract with the person requires it. */
  | 'CONTRACT'
  /** A law requires it. */
  | 'LEGAL_OBLIGATION'
  /** An interest of the company that outweighs the person's. */
  | 'LEGITIMATE_INTERESTS'
  /** Another basis, or not known. */
  | 'OTHER'
  /** A task in the public interest requires it. */
  | 'PUBLIC_TASK'
  /** A life depends on it. */
  | 'VITAL_INTERESTS';

/** A filter of the customer's links, except undone ones. */
export type LinkFilter = {
  /** True: there is such a link. False: there is none. */
  exists?: boolean | null | undefined;
  /** The source that is linked. */
  source: SourceName;
  /** The system that is linked. Default: any system of the source. At most 200 bytes. */
  system?: string | null | undefined;
};

/** How a record was matched to a customer. Values will be added. */
export type MatchMethod =
  /** Exact agreement on a strong key, such as an account number. */
  | 'DETERMINISTIC'
  /** A person decided. */
  | 'MANUAL'
  /** Another way, or not known. */
  | 'OTHER'
  /** Similarity that gives a score. */
  | 'PROBABILISTIC';

/** The direction of an order. */
export type OrderDirection =
  /** Ascending: smallest, earliest or alphabetically first comes first. */
  | 'ASC'
  /** Descending: largest, latest or alphabetically last comes first. */
  | 'DESC';

/** What the other party is to a customer. Values will be added. */
export type RelationKind =
  /** Son, daughter or ward. */
  | 'CHILD'
  /** A person who works for the customer. */
  | 'EMPLOYEE'
  /** The organisation that the customer works for. */
  | 'EMPLOYER'
  /** A friend. */
  | 'FRIEND'
  /** Somebody who lives in the same home. */
  | 'HOUSEHOLD_MEMBER'
  /** Something else: `rawKind` has the company's word. */
  | 'OTHER'
  /** Mother, father or guardian. */
  | 'PARENT'
  /** One whom this customer brought to the company. */
  | 'REFERRED'
  /** The one who brought this customer to the company. */
  | 'REFERRED_BY'
  /** Brother or sister. */
  | 'SIBLING'
  /** Husband, wife or partner. */
  | 'SPOUSE';

/** The state of an account on a social network. Values will be added. */
export type SocialProfileState =
  /** In use, as far as known. */
  | 'ACTIVE'
  /** Its owner deactivated it. */
  | 'DEACTIVATED'
  /** The network shows it to fewer people than others. */
  | 'LIMITED'
  /** Its owner has died. */
  | 'MEMORIAL'
  /** Its owner moved to another account, which `movedTo` names. */
  | 'MOVED'
  /** Something else: `rawState` has the network's word. */
  | 'OTHER'
  /** The network closed it, or it was deleted. Nothing of it is shown. */
  | 'SUSPENDED';

/** A source of facts about a customer. Values will be added. */
export type SourceName =
  /** Accounts, subscriptions, invoices and payments. */
  | 'BILLING'
  /** A source that is not in the caller's contract. */
  | 'OTHER'
  /** The company's own store of customer profiles, from which everything is linked. */
  | 'PROFILE'
  /** Accounts on social networks and public posts. */
  | 'SOCIAL'
  /** Tickets and conversations. */
  | 'SUPPORT'
  /** Data that the gateway itself keeps: notes, holds, decisions. */
  | 'WORKSPACE';

/** How a source or system answered. Values will be added. */
export type SourceState =
  /** Asked, but there is no such record. */
  | 'EMPTY'
  /** Not asked: the caller may not see it. */
  | 'FORBIDDEN'
  /** Every answer is as fresh as its system promises. */
  | 'FRESH'
  /** Not asked: no such system is configured. */
  | 'NOT_CONFIGURED'
  /** Not asked: the customer has no known record there. */
  | 'NOT_LINKED'
  /** Not asked: nothing in the operation needs it. */
  | 'NOT_REQUESTED'
  /** Some of the linked records answered, others did not. */
  | 'PARTIAL'
  /** An answer is older than its system promises, comes from the cache because the system does not answer, or is of unknown age. */
  | 'STALE'
  /** No answer within the time allowed. */
  | 'TIMED_OUT'
  /** No answer: the system is down, refuses, or gives an answer that cannot be understood. */
  | 'UNAVAILABLE';

/** A filter of a text. All given fields must match. */
export type StringFilter = {
  /** The text is equal to this. At most 1024 bytes. */
  eq?: string | null | undefined;
  /**
   * A word of the text begins with this: `laz` matches Grigory Lazarev. Each of several words must match, in any order. At most ten
   * words. Spaces, apostrophes, hyphens and dots separate words; in Chinese, Japanese and Korean names every
   * Han and Hangul character begins one. At most 1024 bytes.
   */
  hasWord?: string | null | undefined;
  /** The text is equal to one of these. At most 100. At most 1024 bytes. */
  in?: Array<string> | null | undefined;
  /** The text begins with this. At most 1024 bytes. */
  startsWith?: string | null | undefined;
};

/** The status of a subscription: the eight statuses of Stripe, to which other systems are mapped. Values will be added. */
export type SubscriptionStatus =
  /** Running and paid. */
  | 'ACTIVE'
  /** Ended. */
  | 'CANCELED'
  /** The first payment is still open. */
  | 'INCOMPLETE'
  /** The first payment never came. */
  | 'INCOMPLETE_EXPIRED'
  /** Something else: `rawStatus` has the system's word. */
  | 'OTHER'
  /** Running, and a payment is overdue. */
  | 'PAST_DUE'
  /** Paused. */
  | 'PAUSED'
  /** In its trial. */
  | 'TRIALING'
  /** Payments failed for good; it still stands. */
  | 'UNPAID';

/** The status of a ticket. Values will be added. */
export type TicketStatus =
  /** Closed for good. */
  | 'CLOSED'
  /** Nobody has worked on it yet. */
  | 'NEW'
  /** Somebody else must act. */
  | 'ON_HOLD'
  /** The company must act. */
  | 'OPEN'
  /** Something else: `rawStatus` has the system's word. */
  | 'OTHER'
  /** The customer must act. */
  | 'PENDING'
  /** Solved; the customer may disagree. */
  | 'SOLVED';

export type ContractQueryVariables = Exact<{ [key: string]: never; }>;


export type ContractQuery = { contract: { name: string, version: string, sdl: string, credential: string | null, expiresAt: string | null, scopes: Array<string>, purposes: Array<string>, deprecations: Array<{ coordinate: string, reason: string, removedOn: string | null }>, limits: { tokens: number, depth: number, aliases: number, directives: number, rootFields: number, bodySize: number, pageSize: number, costPerOperation: number | null, costPerMinute: number | null, costLeft: number | null, resetsAt: string | null, trustedDocumentsOnly: boolean } } };

export type CustomerQueryVariables = Exact<{
  id: string;
}>;


export type CustomerQuery = { customer: { id: string, kind: CustomerKind, displayName: string, name: string | null, birthDate: string | null, language: string | null, timeZone: string | null, createdAt: string, updatedAt: string, contactPoints: Array<{ channel: Channel, value: string | null, network: string | null, isPrimary: boolean, isVerified: boolean | null, isMasked: boolean, address: { lines: Array<string> | null, postalCode: string | null, locality: string | null, region: string | null, country: string | null } | null }> | null, attributes: Array<{ key: string, text: string, source: SourceName, observedAt: string | null }> | null, consents: Array<{ purpose: string, channel: Channel | null, status: ConsentStatus, legalBasis: LegalBasis | null, givenAt: string | null, expiresAt: string | null }> | null, relations: Array<{ kind: RelationKind, rawKind: string | null, name: string | null, birthDate: string | null, since: string | null, customer: { id: string, displayName: string } | null }> | null, links: Array<{ source: SourceName, system: string, recordId: string, method: MatchMethod, confidence: number | null, linkedAt: string | null }> | null, billing: { totals: Array<{ balance: { amount: string, currency: string } | null, mrr: { amount: string, currency: string } | null }> | null, accounts: Array<{ id: string, system: string, name: string | null, url: string | null, isDelinquent: boolean | null }> | null, subscriptions: Array<{ id: string, name: string | null, status: SubscriptionStatus, startedAt: string | null, endedAt: string | null, price: { amount: string, currency: string } | null }> | null, invoices: { nodes: Array<{ id: string, number: string | null, description: string | null, status: InvoiceStatus, issuedAt: string, dueAt: string | null, total: { amount: string, currency: string } | null }>, pageInfo: { hasNextPage: boolean } } | null, charges: { nodes: Array<{ id: string, description: string | null, status: ChargeStatus, chargedAt: string, amount: { amount: string, currency: string } | null }>, pageInfo: { hasNextPage: boolean } } | null } | null, support: { openTickets: number | null, lastContactAt: string | null, csat: { rating: number, scale: number } | null, tickets: { nodes: Array<{ id: string, title: string | null, status: TicketStatus, createdAt: string, solvedAt: string | null, url: string | null }>, pageInfo: { hasNextPage: boolean } } | null } | null, social: { followers: number | null, sentiment: { value: number } | null, profiles: Array<{ id: string, network: string, handle: string | null, displayName: string | null, followers: number | null, state: SocialProfileState, url: string | null }> | null, mentions: { nodes: Array<{ id: string, network: string, text: string | null, postedAt: string, url: string | null, sentiment: { value: number } | null }>, pageInfo: { hasNextPage: boolean } } | null } | null, timeline: { completeSince: string | null, missingSources: Array<SourceName>, nodes: Array<{ id: string, at: string, kind: InteractionKind, channel: Channel | null, direction: Direction | null, source: SourceName, system: string, title: string | null, body: string | null, url: string | null, actor: { kind: ActorKind, name: string | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, sources: Array<{ source: SourceName, state: SourceState, complete: boolean, stale: boolean, asOf: string | null, code: ErrorCode | null, retryAfter: string | null, systems: Array<{ system: string, state: SourceState, code: ErrorCode | null }> }> } | null };

export type CustomerByKeyQueryVariables = Exact<{
  system: string;
  key: string;
}>;


export type CustomerByKeyQuery = { customer: { id: string, kind: CustomerKind, displayName: string, email: string | null, phone: string | null, updatedAt: string, billing: { source: SourceName, state: SourceState, code: ErrorCode | null, stale: boolean, complete: boolean }, support: { source: SourceName, state: SourceState, code: ErrorCode | null, stale: boolean, complete: boolean }, social: { source: SourceName, state: SourceState, code: ErrorCode | null, stale: boolean, complete: boolean } } | null };

export type CustomersQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  where?: CustomerFilter | null | undefined;
  orderBy?: CustomerOrder | null | undefined;
}>;


export type CustomersQuery = { customers: { totalCount: number | null, nodes: Array<{ id: string, kind: CustomerKind, displayName: string, email: string | null, phone: string | null, updatedAt: string, billing: { source: SourceName, state: SourceState, code: ErrorCode | null, stale: boolean, complete: boolean }, support: { source: SourceName, state: SourceState, code: ErrorCode | null, stale: boolean, complete: boolean }, social: { source: SourceName, state: SourceState, code: ErrorCode | null, stale: boolean, complete: boolean } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type SystemsQueryVariables = Exact<{ [key: string]: never; }>;


export type SystemsQuery = { systems: Array<{ source: SourceName, system: string }> };

export type TimelineQueryVariables = Exact<{
  id: string;
  after: string;
}>;


export type TimelineQuery = { customer: { timeline: { completeSince: string | null, missingSources: Array<SourceName>, nodes: Array<{ id: string, at: string, kind: InteractionKind, channel: Channel | null, direction: Direction | null, source: SourceName, system: string, title: string | null, body: string | null, url: string | null, actor: { kind: ActorKind, name: string | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null } | null };
