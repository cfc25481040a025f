/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** On which side somebody stands. Values will be added. */
export type ActorKind =
  /** A person of the company. */
  | 'AGENT'
  /** The customer, or somebody for the customer. */
  | 'CUSTOMER'
  /** Somebody else, or not known. */
  | 'OTHER'
  /** A machine of the company. */
  | 'SYSTEM';

/** A condition on one attribute. The fields that are given must all hold. */
export type AttributeFilter = {
  /** The attribute has this value, written as its `text`. */
  eq?: string | null | undefined;
  /** True: the customer has this attribute. False: the customer does not. */
  exists?: boolean | null | undefined;
  /** The attribute has one of these values, written as its `text`; at most 100. */
  in?: Array<string> | null | undefined;
  /** The attribute's key, as `attributeDefinitions` lists it. At most 200 bytes. */
  key: string;
};

/** A means by which customer and company reach each other. Values will be added. */
export type Channel =
  /** E-mail. */
  | 'EMAIL'
  /** A public forum. */
  | 'FORUM'
  /** Face to face. */
  | 'IN_PERSON'
  /** A messenger application. */
  | 'MESSENGER'
  /** Another means. */
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

/** How a charge went. Values will be added. */
export type ChargeStatus =
  /** The customer contests it. */
  | 'DISPUTED'
  /** It failed. */
  | 'FAILED'
  /** Something else: `rawStatus` has the system's word. */
  | 'OTHER'
  /** Not decided yet. */
  | 'PENDING'
  /** The money was received, and some or all of it given back. */
  | 'REFUNDED'
  /** The money was received. */
  | 'SUCCEEDED';

/** What a customer said to a purpose. Values will be added. */
export type ConsentStatus =
  /** Refused. */
  | 'DENIED'
  /** Agreed. */
  | 'GRANTED'
  /** Something else: treat it as refused. */
  | 'OTHER'
  /** Agreed once, and taken back. */
  | 'WITHDRAWN';

/** Which customers. The fields that are given must all hold. */
export type CustomerFilter = {
  /** Each of these must hold. */
  and?: Array<CustomerFilter> | null | undefined;
  /** Each of these must hold of the customer's attributes. */
  attributes?: Array<AttributeFilter> | null | undefined;
  /** By the time at which the customer was first known. */
  createdAt?: DateTimeFilter | null | undefined;
  /** The customer has this e-mail address among the contact points. It needs the scope `sensitive:email`. */
  email?: string | null | undefined;
  /** The customer has one of these ids; at most 100. */
  ids?: Array<string> | null | undefined;
  /** By the customer's links to other systems. */
  link?: LinkFilter | null | undefined;
  /** By name; letter case and accents do not matter. It needs the scope `sensitive:name`. */
  name?: StringFilter | null | undefined;
  /** This must not hold. */
  not?: CustomerFilter | null | undefined;
  /** One of these must hold. */
  or?: Array<CustomerFilter> | null | undefined;
  /** The customer has this phone number among the contact points, in international form. It needs the scope `sensitive:phone`. */
  phone?: string | null | undefined;
};

/** What sort of party a customer is. Values will be added. */
export type CustomerKind =
  /** A company, authority or association. */
  | 'ORGANIZATION'
  /** Something else, or not known. */
  | 'OTHER'
  /** A natural person. */
  | 'PERSON';

/** The order of customers. Ties are broken by the customer's key, so that paging neither skips nor repeats. */
export type CustomerOrder = {
  /** In which direction. */
  direction?: OrderDirection;
  /** By what. */
  field: CustomerOrderField;
};

/** What customers can be ordered by. Values will be added. */
export type CustomerOrderField =
  /** The time at which the customer was first known. */
  | 'CREATED_AT'
  /** The name, letter case and accents aside; customers without a name come first. It needs the scope `sensitive:name`. */
  | 'NAME'
  /** The time at which the profile last changed. */
  | 'UPDATED_AT';

/** A condition on a moment in time. The fields that are given must all hold. */
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

/** From whom to whom. Values will be added. */
export type Direction =
  /** From the customer to the company. */
  | 'INBOUND'
  /** Within the company. */
  | 'INTERNAL'
  /** From the company to the customer. */
  | 'OUTBOUND';

/** What went wrong, in errors and in status. Values will be added. */
export type ErrorCode =
  /** Several customers have this identifier. */
  | 'AMBIGUOUS'
  /** The link to the record has a key that the system cannot be asked by: who keeps the links must act. */
  | 'BAD_LINK'
  /** An argument cannot be understood; the message says what to do. */
  | 'BAD_USER_INPUT'
  /** The request was given up before the system answered. */
  | 'CANCELED'
  /** The system failed again and again, and is left alone for a while. */
  | 'CIRCUIT_OPEN'
  /** The customer has not agreed to this purpose. */
  | 'CONSENT_REQUIRED'
  /** The operation costs more than one may; the message says how much. */
  | 'COST_LIMIT'
  /** The caller may send registered documents only, and this is none. */
  | 'DOCUMENT_NOT_TRUSTED'
  /** The caller may not see this. */
  | 'FORBIDDEN'
  /** A fault in the gateway; the error has a `requestId` to quote. */
  | 'INTERNAL'
  /** The system answered, but not in a form that can be understood. */
  | 'MALFORMED'
  /** The link names a system that is not configured. */
  | 'NOT_CONFIGURED'
  /** There is no such object, or none that the caller may see. */
  | 'NOT_FOUND'
  /** Something else. */
  | 'OTHER'
  /** The system asks us to slow down; `retryAfter` says for how long, if it did. */
  | 'RATE_LIMITED'
  /** The system did not answer within the time allowed. */
  | 'TIMED_OUT'
  /** There is no credential, or not one that is right. */
  | 'UNAUTHENTICATED'
  /** The system refused our own credentials: its operator must act. */
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
  /** A note of one colleague for others; the customer does not see it. */
  | 'NOTE'
  /** Something else. */
  | 'OTHER'
  /** A payment was received. */
  | 'PAYMENT'
  /** A payment was tried and failed. */
  | 'PAYMENT_FAILED'
  /** A payment was given back, in whole or in part. */
  | 'REFUND'
  /** A subscription ended. */
  | 'SUBSCRIPTION_ENDED'
  /** A subscription began. */
  | 'SUBSCRIPTION_STARTED'
  /** A ticket was opened. */
  | 'TICKET_OPENED'
  /** A ticket was solved. */
  | 'TICKET_SOLVED';

/** Where an invoice stands. Values will be added. */
export type InvoiceStatus =
  /** Not issued yet. */
  | 'DRAFT'
  /** Issued, to be paid, not overdue. */
  | 'DUE'
  /** Something else, that only the system has a word for. */
  | 'OTHER'
  /** Its due date has passed. */
  | 'OVERDUE'
  /** Paid. */
  | 'PAID'
  /** Given up. */
  | 'UNCOLLECTIBLE'
  /** Cancelled. */
  | 'VOID';

/** The ground on which personal data may be used (GDPR, article 6). Values will be added. */
export type LegalBasis =
  /** The person has agreed. */
  | 'CONSENT'
  /** A contract with the person needs it. */
  | 'CONTRACT'
  /** A law demands it. */
  | 'LEGAL_OBLIGATION'
  /** An interest of the company that outweighs the person's. */
  | 'LEGITIMATE_INTERESTS'
  /** Another ground, or not known. */
  | 'OTHER'
  /** A task in the public interest needs it. */
  | 'PUBLIC_TASK'
  /** A life depends on it. */
  | 'VITAL_INTERESTS';

/** A condition on the customer's links, undone ones left out. */
export type LinkFilter = {
  /** True: there is such a link. False: there is none. */
  exists?: boolean | null | undefined;
  /** The source that is linked. */
  source: SourceName;
  /** The system that is linked; any of the source where it is not given. At most 200 bytes. */
  system?: string | null | undefined;
};

/** How it was found that a record belongs to a customer. Values will be added. */
export type MatchMethod =
  /** Exact agreement on a strong key, as an account number. */
  | 'DETERMINISTIC'
  /** A person decided. */
  | 'MANUAL'
  /** Another way, or not known. */
  | 'OTHER'
  /** Similarity that gives a score. */
  | 'PROBABILISTIC';

/** A direction of order. */
export type OrderDirection =
  /** Smallest, earliest or alphabetically first comes first. */
  | 'ASC'
  /** Largest, latest or alphabetically last comes first. */
  | 'DESC';

/** What somebody is to a customer. Values will be added. */
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

/** What has become of an account on a social network. Values will be added. */
export type SocialProfileState =
  /** It is used, or nothing else is known of it. */
  | 'ACTIVE'
  /** Its owner has switched it off. */
  | 'DEACTIVATED'
  /** The network shows it to fewer people than others. */
  | 'LIMITED'
  /** Its owner has died. */
  | 'MEMORIAL'
  /** Its owner has gone to another account, which `movedTo` names. */
  | 'MOVED'
  /** Something else, which `rawState` names. */
  | 'OTHER'
  /** The network has shut it, or it was deleted: nothing of it is shown. */
  | 'SUSPENDED';

/** Where facts of a customer come from. Values will be added. */
export type SourceName =
  /** Accounts, subscriptions, invoices and payments. */
  | 'BILLING'
  /** Another source, which the caller's contract does not name. */
  | 'OTHER'
  /** The company's own customer profiles: the spine that everything is linked to. */
  | 'PROFILE'
  /** Accounts on social networks and public posts. */
  | 'SOCIAL'
  /** Tickets and conversations. */
  | 'SUPPORT'
  /** What the gateway itself keeps: notes, holds, decisions. */
  | 'WORKSPACE';

/** How a source or system answered. Values will be added. */
export type SourceState =
  /** Asked, and there is no such record. */
  | 'EMPTY'
  /** Not asked: the caller may not see it. */
  | 'FORBIDDEN'
  /** Everything that answered is as fresh as its system promises. */
  | 'FRESH'
  /** Not asked: no such system is configured. */
  | 'NOT_CONFIGURED'
  /** Not asked: the customer has no record there that we know of. */
  | 'NOT_LINKED'
  /** Not asked: nothing in the operation needs it. */
  | 'NOT_REQUESTED'
  /** Some of the linked records answered, others did not. */
  | 'PARTIAL'
  /** What answered is past its freshness, was kept from before since the system does not answer now, or nobody knows when it was true. */
  | 'STALE'
  /** No answer within the time allowed. */
  | 'TIMED_OUT'
  /** No answer: the system is down, refuses, or answers nonsense. */
  | 'UNAVAILABLE';

/** A condition on a text. The fields that are given must all hold. */
export type StringFilter = {
  /** Equal to this. At most 1024 bytes. */
  eq?: string | null | undefined;
  /**
   * A word of it begins with this, as `laz` of Grigory Lazarev; of several words each must begin one, in any order. At most ten
   * words. What stands between spaces, apostrophes, hyphens and dots is a word; in Chinese, Japanese and Korean names every
   * character of Han and Hangul begins one. At most 1024 bytes.
   */
  hasWord?: string | null | undefined;
  /** Equal to one of these; at most 100. At most 1024 bytes. */
  in?: Array<string> | null | undefined;
  /** Begins with this. At most 1024 bytes. */
  startsWith?: string | null | undefined;
};

/** Where a subscription stands in its life: the eight statuses of Stripe's billing, which other systems are mapped to. Values will be added. */
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

/** Where a ticket stands. Values will be added. */
export type TicketStatus =
  /** Closed for good. */
  | 'CLOSED'
  /** Nobody has looked at it yet. */
  | 'NEW'
  /** Somebody else must act. */
  | 'ON_HOLD'
  /** Somebody of the company must act. */
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

export type CustomersQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  where?: CustomerFilter | null | undefined;
  orderBy?: CustomerOrder | null | undefined;
}>;


export type CustomersQuery = { customers: { totalCount: number | null, nodes: Array<{ id: string, kind: CustomerKind, displayName: string, email: string | null, phone: string | null, updatedAt: string, billing: { source: SourceName, state: SourceState, code: ErrorCode | null, stale: boolean, complete: boolean }, support: { source: SourceName, state: SourceState, code: ErrorCode | null, stale: boolean, complete: boolean }, social: { source: SourceName, state: SourceState, code: ErrorCode | null, stale: boolean, complete: boolean } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type TimelineQueryVariables = Exact<{
  id: string;
  after: string;
}>;


export type TimelineQuery = { customer: { timeline: { completeSince: string | null, missingSources: Array<SourceName>, nodes: Array<{ id: string, at: string, kind: InteractionKind, channel: Channel | null, direction: Direction | null, source: SourceName, system: string, title: string | null, body: string | null, url: string | null, actor: { kind: ActorKind, name: string | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null } | null };
