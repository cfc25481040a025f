// What happened between a customer and the company, over the three sources, newest first.

const money = ({ amount, currency }) => `${amount} ${currency}`

function* billing(record) {
  const at = { source: 'BILLING', system: 'ledger', channel: null }
  for (const f of record.invoices) {
    if (f.status === 'DRAFT') continue
    yield { ...at, key: f.recordId, at: f.issuedAt, kind: 'INVOICE_ISSUED', direction: 'OUTBOUND', title: `Invoice ${f.number}: ${money(f.total)}`, body: f.description ?? null, actor: { kind: 'SYSTEM' } }
  }
  for (const f of record.charges) {
    const paid = f.status === 'SUCCEEDED' || f.status === 'REFUNDED' || f.status === 'DISPUTED'
    if (!paid && f.status !== 'FAILED') continue
    const actor = { kind: 'CUSTOMER' }
    const what = paid ? 'Payment' : 'Failed payment'
    yield { ...at, key: f.recordId, at: f.chargedAt, kind: paid ? 'PAYMENT' : 'PAYMENT_FAILED', direction: 'INBOUND', title: `${what}: ${money(f.amount)}`, body: f.description ?? null, actor }
    if (f.refunded) yield { ...at, key: f.recordId, at: f.chargedAt, kind: 'REFUND', direction: 'OUTBOUND', title: `Refund: ${money(f.refunded)}`, body: f.description ?? null, actor: { kind: 'SYSTEM' } }
  }
  for (const f of record.subscriptions) {
    if (f.startedAt) yield { ...at, key: f.recordId, at: f.startedAt, kind: 'SUBSCRIPTION_STARTED', direction: null, title: f.name, body: null, actor: { kind: 'CUSTOMER' } }
    if (f.endedAt) yield { ...at, key: f.recordId, at: f.endedAt, kind: 'SUBSCRIPTION_ENDED', direction: null, title: f.name, body: null, actor: null }
  }
}

function* support(record) {
  const at = { source: 'SUPPORT', system: 'desk' }
  const titles = new Map()
  for (const f of record.tickets) {
    titles.set(f.recordId, f.title)
    yield { ...at, key: f.recordId, at: f.createdAt, kind: 'TICKET_OPENED', channel: f.channel, direction: 'INBOUND', title: f.title, body: null, actor: { kind: 'CUSTOMER' } }
    if (f.solvedAt) yield { ...at, key: f.recordId, at: f.solvedAt, kind: 'TICKET_SOLVED', channel: f.channel, direction: 'OUTBOUND', title: f.title, body: null, actor: { kind: 'AGENT' } }
  }
  for (const f of record.messages) {
    const kind = f.direction === 'INTERNAL' ? 'NOTE' : f.channel === 'PHONE' ? 'CALL' : 'MESSAGE'
    const actor = { kind: f.direction === 'INBOUND' ? 'CUSTOMER' : 'AGENT', name: f.authorName }
    yield { ...at, key: f.recordId, at: f.sentAt, kind, channel: f.channel, direction: f.direction, title: f.title ?? titles.get(f.ticketId) ?? null, body: f.body, actor }
  }
}

function* social(record) {
  for (const f of record.mentions) {
    yield { source: 'SOCIAL', system: 'network', key: f.recordId, at: f.postedAt, kind: 'MENTION', channel: 'SOCIAL', direction: 'INBOUND', title: `Mention on ${f.network}`, body: f.text, actor: { kind: 'CUSTOMER', name: record.handle } }
  }
}

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0)

// The records are those of one customer, in the order of the sources; null where there is none.
export function timeline([b, s, n]) {
  const all = []
  if (b) all.push(...billing(b))
  if (s) all.push(...support(s))
  if (n) all.push(...social(n))
  for (const i of all) i.key = `${i.source}/${i.system}/${i.key}/${i.kind}`
  // All moments are in UTC and to the second, so that they compare as texts.
  return all.sort((x, y) => compare(y.at, x.at) || compare(x.key, y.key))
}
