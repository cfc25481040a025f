// What the workloads select of the schema. Everything else is read as it stands in the
// upstream's records.

import { timeline } from './timeline.js'

const id = (...parts) => Buffer.from(parts.join('/')).toString('base64url')

const primary = (customer, channel) => {
  let first = null
  for (const p of customer.contactPoints) {
    if (p.channel !== channel) continue
    if (p.isPrimary) return p.value
    first ??= p.value
  }
  return first
}

const record = (source) => (customer, _, { loaders }) => {
  const link = customer.links.find((l) => l.source === source)
  return link ? loaders[source].load(link.recordId) : null
}

const sources = ['BILLING', 'SUPPORT', 'SOCIAL']

const first = (list, n) => {
  const some = list.length > n ? list.slice(0, n) : list
  return { edges: some.map((node) => ({ node })), pageInfo: { hasNextPage: list.length > n } }
}

const running = new Set(['ACTIVE', 'PAST_DUE', 'UNPAID'])

// What the running subscriptions bring in a month, in the one currency that there is.
function revenue(subscriptions) {
  let cents = 0
  let currency = null
  for (const s of subscriptions) {
    if (!running.has(s.status)) continue
    if (currency !== null && currency !== s.mrr.currency) return null
    currency = s.mrr.currency
    cents += Math.round(Number(s.mrr.amount) * 100)
  }
  return currency && { amount: (cents / 100).toFixed(2), currency }
}

const byCreation = (orderBy) => orderBy?.field === 'CREATED_AT' && orderBy.direction === 'ASC'

export const resolvers = {
  Query: {
    async customer(_, { by }, { loaders }) {
      const { records } = await loaders.get(`/profiles?ids=${by.record.recordId}`)
      return records[0] ?? null
    },
    async customers(_, { first, where, orderBy }, { loaders }) {
      if (!byCreation(orderBy)) throw new Error('the stub has no such order')
      const { records, hasMore } = await loaders.get(`/profiles?first=${first}&since=${encodeURIComponent(where.createdAt.gte)}`)
      return { edges: records.map((node) => ({ node })), pageInfo: { hasNextPage: hasMore } }
    },
  },
  Customer: {
    id: (c) => id('Customer', 'crm', c.id),
    displayName: (c) => c.name ?? primary(c, 'EMAIL') ?? primary(c, 'PHONE') ?? c.id,
    email: (c) => primary(c, 'EMAIL'),
    phone: (c) => primary(c, 'PHONE'),
    billing: record('BILLING'),
    support: record('SUPPORT'),
    social: record('SOCIAL'),
    timeline: async (c, args, context) => {
      const records = await Promise.all(sources.map((source) => record(source)(c, null, context)))
      return first(timeline(records), args.first ?? 20)
    },
  },
  Billing: {
    mrr: (b) => revenue(b.subscriptions),
    invoices: (b, args) => first(b.invoices, args.first ?? 20),
  },
  Support: {
    openTickets: (s) => s.tickets.filter((t) => t.status !== 'SOLVED' && t.status !== 'CLOSED').length,
    tickets: (s, args) => first(s.tickets, args.first ?? 20),
  },
  Social: {
    profiles: (s) => [s],
    mentions: (s, args) => first(s.mentions, args.first ?? 20),
  },
}
