import { Button } from 'react-aria-components';
import type { Fault, Fitted } from './ask.ts';
import { ended, moment, sentence, wordsOf } from './format.ts';
import type { CustomerQuery, SourceState } from './operations.ts';

type Status = Fitted<NonNullable<CustomerQuery['customer']>['sources'][number]>;

export type Tone = 'good' | 'warn' | 'bad' | 'none';

const tones: Partial<Record<SourceState, Tone>> = { FRESH: 'good', STALE: 'warn', PARTIAL: 'warn', TIMED_OUT: 'bad', UNAVAILABLE: 'bad' };
const marks: Record<Tone, string> = { good: '✓', warn: '!', bad: '✕', none: '–' };

// A state in words that stand by themselves.
const says: Partial<Record<SourceState, string>> = {
  FRESH: 'answered',
  STALE: 'an older answer',
  PARTIAL: 'answered in part',
  TIMED_OUT: 'did not answer in time',
  UNAVAILABLE: 'did not answer',
  EMPTY: 'has no such record',
  NOT_LINKED: 'not linked',
  NOT_CONFIGURED: 'not configured',
  FORBIDDEN: 'not for you',
};

export const toneOf = (state: SourceState | undefined): Tone => (state && tones[state]) || 'none';

export const stateOf = (state: SourceState | undefined) => (state && (says[state] ?? wordsOf(state))) || 'not known';

// How one source answered, in a word and a mark.
export function Chip({ name, status }: { name: string; status: { state?: SourceState; code?: string | null; complete?: boolean } | null | undefined }) {
  const tone = toneOf(status?.state);
  return (
    <span className={`chip chip-${tone}`} data-source={name} data-state={status?.state}>
      <span aria-hidden="true">{marks[tone]}</span>
      {` ${sentence(name.toLowerCase())}: ${stateOf(status?.state)}`}
      {status?.complete === false && tone === 'good' && ', not all of it'}
    </span>
  );
}

// What did not answer, or not whole, of what is on the page; and what is not for the reader.
export function Missing({ sources, faults, retry }: { sources: Status[] | undefined; faults: readonly Fault[]; retry(): void }) {
  const missing = (sources ?? []).filter(s => ['warn', 'bad'].includes(toneOf(s.state)) || (s.state === 'FRESH' && s.complete === false));
  const once = [...new Map(faults.map(f => [`${partOf(f)}: ${f.message}`, f])).values()];
  const refused = once.filter(f => refusals.has(String(f.extensions?.code)));
  const failed = once.filter(f => !refused.includes(f) && !missing.some(s => s.source === f.extensions?.source));
  return (
    <>
      {(missing.length > 0 || failed.length > 0) && (
        <section className="missing" aria-labelledby="missing-title">
          <h2 id="missing-title">What did not answer</h2>
          <ul>
            {missing.map(s => (
              <li key={s.source}>
                <Chip name={s.source ?? ''} status={s} />
                {s.asOf && s.state === 'STALE' && ` as of ${moment(s.asOf)}`}
                {(s.systems ?? []).filter(y => toneOf(y.state) !== 'good').map(y => (
                  <span key={y.system} className="quiet"> {y.system}: {wordsOf(y.code) ?? stateOf(y.state)}</span>
                ))}
              </li>
            ))}
            {failed.map(f => <Told key={`${partOf(f)}: ${f.message}`} fault={f} />)}
          </ul>
          <Button onPress={retry}>Ask again</Button>
        </section>
      )}
      {refused.length > 0 && (
        <section className="missing" aria-labelledby="refused-title">
          <h2 id="refused-title">What is not shown to you</h2>
          <ul>{refused.map(f => <Told key={`${partOf(f)}: ${f.message}`} fault={f} />)}</ul>
        </section>
      )}
    </>
  );
}

const refusals = new Set(['FORBIDDEN', 'CONSENT_REQUIRED']);

// The part of a customer that a fault is of.
const partOf = (f: Fault) => f.path?.filter(part => typeof part === 'string')[1];

function Told({ fault }: { fault: Fault }) {
  const part = partOf(fault);
  return <li>{part && <b>{sentence(part)}: </b>}{ended(fault.message)}</li>;
}
