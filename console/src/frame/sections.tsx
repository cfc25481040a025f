import type { ReactNode } from 'react';
import type { Customer } from './customer.tsx';
import { date, day, moment, money, sentence, wordsOf } from './format.ts';
import { fragment } from './fragment.ts';
import type { SourceName } from './operations.ts';
import { stateOf } from './status.tsx';

// A section of a customer. What a contract does not have is undefined, and has none.
function Section({ id, title, children }: { id: string; title: string; children: ReactNode }) {
  return (
    <section aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      {children}
    </section>
  );
}

// Pairs of a name and a value, those without one left out.
function Facts({ of }: { of: [string, ReactNode][] }) {
  return <dl className="facts">{of.filter(([, value]) => value).map(([name, value]) => <Fact key={name} name={name}>{value}</Fact>)}</dl>;
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return <><dt>{name}</dt><dd>{children}</dd></>;
}

// Why a source gives nothing of a customer.
function Nothing({ customer, source }: { customer: Customer; source: SourceName }) {
  const state = customer.sources?.find(s => s.source === source)?.state;
  return <p className="quiet">{sentence(stateOf(state))}.</p>;
}

interface Column<T> { title: string; cell(of: T): ReactNode }

// A table; the first column names its rows.
function Table<T extends { id?: string }>({ caption, rows, columns, more }: { caption: string; rows: T[] | undefined; columns: Column<T>[]; more?: boolean | undefined }) {
  const [first, ...others] = columns;
  return rows && rows.length > 0 && first && (
    <div className="table" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption>{caption}{more && <span className="quiet"> (the latest {rows.length})</span>}</caption>
        <thead><tr>{columns.map(c => <th key={c.title} scope="col">{c.title}</th>)}</tr></thead>
        <tbody>
          {rows.map(row => (
            <tr key={row.id}>
              <th scope="row">{first.cell(row)}</th>
              {others.map(c => <td key={c.title}>{c.cell(row)}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const outside = (url: string | null | undefined, text: ReactNode) => (url ? <a href={url} target="_blank" rel="noreferrer">{text}</a> : text);

export function Profile({ customer }: { customer: Customer }) {
  const { contactPoints, attributes, consents } = customer;
  return (
    <Section id="profile" title="Profile">
      <Facts
        of={[
          ['Name', customer.name],
          ['Kind', wordsOf(customer.kind)],
          ['Born', customer.birthDate && (/^\d{4}-\d\d-\d\d$/.test(customer.birthDate) ? date(customer.birthDate) : customer.birthDate)],
          ['Language', customer.language],
          ['Time zone', customer.timeZone],
          ['Customer since', customer.createdAt && day(customer.createdAt)],
          ['Changed', customer.updatedAt && moment(customer.updatedAt)],
        ]}
      />
      {contactPoints && contactPoints.length > 0 && (
        <>
          <h3>Contact</h3>
          <ul>
            {contactPoints.map((p, i) => (
              <li key={i}>
                {[p.value, ...(p.address?.lines ?? []), [p.address?.postalCode, p.address?.locality].filter(Boolean).join(' '), p.address?.country]
                  .filter(Boolean).join(', ') || 'hidden'}{' '}
                <span className="quiet">
                  {[p.network ?? wordsOf(p.channel), p.isPrimary && 'primary', p.isVerified && 'verified', p.isMasked && 'masked'].filter(Boolean).join(' · ')}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
      {attributes && attributes.length > 0 && (
        <>
          <h3>Attributes</h3>
          <Facts of={attributes.map(a => [(a.key ?? '').replaceAll('_', ' '), a.text])} />
        </>
      )}
      {consents && consents.length > 0 && (
        <>
          <h3>Consent</h3>
          <ul>
            {consents.map((c, i) => (
              <li key={i}>
                <b>{c.purpose}</b>{c.channel && ` by ${wordsOf(c.channel)}`}: {wordsOf(c.status)}
                <span className="quiet">{c.givenAt && ` since ${day(c.givenAt)}`}{c.expiresAt && ` until ${day(c.expiresAt)}`}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Section>
  );
}

export function Relations({ customer: { relations } }: { customer: Customer }) {
  if (!relations) {
    return null;
  }
  return (
    <Section id="relations" title="Relations">
      {relations.length === 0 ? <p className="quiet">None are known.</p> : (
        <ul>
          {relations.map((r, i) => {
            const name = r.customer?.displayName ?? r.name ?? 'name not known';
            return (
              <li key={i}>
                {r.customer?.id ? <a href={fragment({ id: r.customer.id })}>{name}</a> : name}{' '}
                <span className="quiet">{[r.rawKind ?? wordsOf(r.kind), r.birthDate && `born ${r.birthDate}`, r.since && `since ${r.since}`].filter(Boolean).join(' · ')}</span>
              </li>
            );
          })}
        </ul>
      )}
    </Section>
  );
}

export function Billing({ customer }: { customer: Customer }) {
  const { billing } = customer;
  if (billing === undefined) {
    return null;
  }
  if (billing === null) {
    return <Section id="billing" title="Billing"><Nothing customer={customer} source="BILLING" /></Section>;
  }
  const sum = (of: 'balance' | 'mrr') => billing.totals?.map(t => money(t[of])).filter(Boolean).join(', ');
  return (
    <Section id="billing" title="Billing">
      <Facts
        of={[
          ['Owes', sum('balance')],
          ['Monthly revenue', sum('mrr')],
          ['Accounts', billing.accounts?.map(a => <span key={a.id}>{outside(a.url, a.name ?? a.system)}{a.isDelinquent && ' (a payment is overdue)'} </span>)],
        ]}
      />
      <Table
        caption="Subscriptions"
        rows={billing.subscriptions ?? undefined}
        columns={[
          { title: 'What', cell: s => s.name ?? 'without a name' },
          { title: 'Status', cell: s => wordsOf(s.status) },
          { title: 'Price', cell: s => money(s.price) },
          { title: 'Since', cell: s => s.startedAt && day(s.startedAt) },
        ]}
      />
      <Table
        caption="Invoices"
        rows={billing.invoices?.nodes}
        more={billing.invoices?.pageInfo?.hasNextPage}
        columns={[
          { title: 'Invoice', cell: i => i.number ?? i.description ?? 'without a number' },
          { title: 'Status', cell: i => wordsOf(i.status) },
          { title: 'Total', cell: i => money(i.total) },
          { title: 'Issued', cell: i => i.issuedAt && day(i.issuedAt) },
        ]}
      />
      <Table
        caption="Charges"
        rows={billing.charges?.nodes}
        more={billing.charges?.pageInfo?.hasNextPage}
        columns={[
          { title: 'For', cell: c => c.description ?? 'not said' },
          { title: 'Status', cell: c => wordsOf(c.status) },
          { title: 'Amount', cell: c => money(c.amount) },
          { title: 'When', cell: c => c.chargedAt && day(c.chargedAt) },
        ]}
      />
    </Section>
  );
}

export function Support({ customer }: { customer: Customer }) {
  const { support } = customer;
  if (support === undefined) {
    return null;
  }
  if (support === null) {
    return <Section id="support" title="Support"><Nothing customer={customer} source="SUPPORT" /></Section>;
  }
  return (
    <Section id="support" title="Support">
      <Facts
        of={[
          ['Open tickets', support.openTickets?.toLocaleString()],
          ['Satisfaction', support.csat && `${support.csat.rating} of ${support.csat.scale}`],
          ['Last contact', support.lastContactAt && moment(support.lastContactAt)],
        ]}
      />
      <Table
        caption="Tickets"
        rows={support.tickets?.nodes}
        more={support.tickets?.pageInfo?.hasNextPage}
        columns={[
          { title: 'Ticket', cell: t => outside(t.url, t.title ?? 'without a title') },
          { title: 'Status', cell: t => wordsOf(t.status) },
          { title: 'Opened', cell: t => t.createdAt && day(t.createdAt) },
        ]}
      />
    </Section>
  );
}

export function Social({ customer }: { customer: Customer }) {
  const { social } = customer;
  if (social === undefined) {
    return null;
  }
  if (social === null) {
    return <Section id="social" title="Social"><Nothing customer={customer} source="SOCIAL" /></Section>;
  }
  return (
    <Section id="social" title="Social">
      <Facts
        of={[
          ['Followers', social.followers?.toLocaleString()],
          ['Sentiment', social.sentiment?.value?.toLocaleString(undefined, { signDisplay: 'exceptZero', maximumFractionDigits: 2 })],
        ]}
      />
      <ul>
        {(social.profiles ?? []).map(p => (
          <li key={p.id}>
            {outside(p.url, p.handle ?? p.displayName ?? 'hidden')}{' '}
            <span className="quiet">{[p.network, p.followers != null && `${p.followers.toLocaleString()} followers`, p.state !== 'ACTIVE' && wordsOf(p.state)].filter(Boolean).join(' · ')}</span>
          </li>
        ))}
      </ul>
      {social.mentions?.nodes && social.mentions.nodes.length > 0 && (
        <>
          <h3>Mentions</h3>
          <ul>
            {social.mentions.nodes.map(m => (
              <li key={m.id}>
                <span className="said">{m.text ?? 'hidden'}</span>{' '}
                <span className="quiet">{m.network}{m.postedAt && ` · ${moment(m.postedAt)}`}{m.url && <>{' · '}{outside(m.url, <>open<span className="unseen"> the post of {m.postedAt && moment(m.postedAt)}</span></>)}</>}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Section>
  );
}
