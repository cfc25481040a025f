import { Button } from 'react-aria-components';
import { useOlder } from './customer.tsx';
import type { Customer } from './customer.tsx';
import { ended, moment, sentence, wordsOf } from './format.ts';

// What happened between a customer and the company, newest first.
export function Timeline({ id, customer }: { id: string; customer: Customer }) {
  const { timeline } = customer;
  const older = useOlder(id, timeline?.pageInfo?.endCursor);
  if (timeline === undefined) {
    return null;
  }
  const pages = older.data?.pages ?? [];
  const all = [...(timeline?.nodes ?? []), ...pages.flatMap(p => p.data.customer?.timeline?.nodes ?? [])];
  const more = pages.length > 0 ? older.hasNextPage : timeline?.pageInfo?.hasNextPage;
  // What may not be read is told of at the top.
  const refused = new Set((customer.sources ?? []).filter(s => s.state === 'FORBIDDEN').map(s => s.source));
  const missing = [...new Set([timeline, ...pages.map(p => p.data.customer?.timeline)].flatMap(t => t?.missingSources ?? []))]
    .filter(s => !refused.has(s));
  return (
    <section aria-labelledby="timeline-title">
      <h2 id="timeline-title">Timeline</h2>
      {missing.length > 0 && (
        <p className="problem">
          Not all of it: {missing.map(wordsOf).join(', ')} did not answer whole.
          {timeline?.completeSince && ` Nothing is missing since ${moment(timeline.completeSince)}.`}
        </p>
      )}
      {all.length === 0 && <p className="quiet">{missing.length > 0 || timeline === null ? 'Not known.' : 'Nothing has happened yet.'}</p>}
      <ol className="timeline">
        {all.map(i => (
          <li key={i.id}>
            <p>
              <time dateTime={i.at}>{i.at && moment(i.at)}</time>{' '}
              <b>{i.title ?? sentence(wordsOf(i.kind) ?? '')}</b>
            </p>
            <p className="quiet">
              {[i.title && wordsOf(i.kind), wordsOf(i.channel), wordsOf(i.direction), i.actor?.name, i.system].filter(Boolean).join(' · ')}
              {i.url && <>{' · '}<a href={i.url} target="_blank" rel="noreferrer">open<span className="unseen"> {i.title ?? wordsOf(i.kind)} in {i.system}</span></a></>}
            </p>
            {i.body && <p className="said">{i.body}</p>}
          </li>
        ))}
      </ol>
      {older.error && <p role="alert" className="problem">{ended(older.error.message)}</p>}
      {more && (
        <Button onPress={() => older.isFetching || void (pages.length > 0 ? older.fetchNextPage() : older.refetch())}>
          {older.isFetching ? 'Reading …' : 'Show older'}
        </Button>
      )}
    </section>
  );
}
