import { useMemo } from 'react';
import { useGraphiQL } from '@graphiql/react';

// What an answer says in extensions.sources of a source, and of each of its systems.
interface System {
  system: string;
  state: string;
  code?: string | null;
}

interface Source {
  source: string;
  state: string;
  complete?: boolean;
  stale?: boolean;
  systems?: System[];
}

type Tone = 'good' | 'warn' | 'bad' | 'none';

const tones: Partial<Record<string, Tone>> = {
  FRESH: 'good',
  STALE: 'warn',
  PARTIAL: 'warn',
  TIMED_OUT: 'bad',
  UNAVAILABLE: 'bad',
};
const marks: Record<Tone, string> = { good: '✓', warn: '!', bad: '✕', none: '–' };

const words = (state: string) => String(state).toLowerCase().replaceAll('_', ' ');

function readSources(response: string | null | undefined) {
  try {
    const answer: { extensions: { sources: Source[] } } = JSON.parse(response ?? '');
    return answer.extensions.sources.filter(source => source?.source);
  } catch {
    return [];
  }
}

function describe({ system, state, code }: System) {
  return `${system} ${words(state)}${code ? ` (${code})` : ''}`;
}

function Chip({ source, state, complete, stale, systems = [] }: Source) {
  const tone = tones[state] ?? 'none';
  const remarks = [
    stale === true && state !== 'STALE' && 'stale',
    complete === false && tone === 'good' && 'incomplete',
    ...systems.filter(s => s.state !== 'FRESH' && (s.state !== state || s.code)).map(describe),
  ].filter(Boolean);
  return (
    <li
      className={`source source-${tone}`}
      data-source={source}
      data-state={state}
      title={systems.map(describe).join('\n') || undefined}
    >
      <span className="source-mark" aria-hidden="true">{marks[tone]}</span>
      <b>{source}</b> {words(state)}
      {remarks.length > 0 && <span className="source-remarks">{remarks.join(', ')}</span>}
    </li>
  );
}

// The chips follow the shown response, so that they change with the tab.
export function Sources() {
  const response = useGraphiQL(state => state.tabs[state.activeTabIndex]?.response);
  const sources = useMemo(() => readSources(response), [response]);
  if (sources.length === 0) {
    return null;
  }
  return (
    <ul className="sources" aria-label="Sources of this response">
      {sources.map((source, index) => <Chip key={index} {...source} />)}
    </ul>
  );
}
