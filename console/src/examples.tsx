import { createContext, useContext, useEffect, useRef } from 'react';
import type { SVGProps } from 'react';
import { useGraphiQL, useGraphiQLActions, pick } from '@graphiql/react';
import type { GraphiQLPlugin, TabsState } from '@graphiql/react';
import { Kind, parse } from 'graphql';
import { beside } from './place.ts';

export interface Example {
  name: string;
  title: string;
  document: string;
}

// One copy of the examples: the server that embeds them serves them too, those that fit the
// contract of a credential. Whose audience the playground is not for is led to what is theirs.
export async function loadExamples(credential: string): Promise<Example[]> {
  const headers: HeadersInit = credential ? { Authorization: `Bearer ${credential}` } : {};
  const response = await fetch(beside('./examples.json'), { headers, redirect: 'error' });
  if (response.status === 403) {
    location.replace(beside('../contract'));
  }
  return response.ok ? response.json() : [];
}

export const Examples = createContext<Example[]>([]);

// GraphiQL looks at a new document only after a pause; without this a quick
// click on "run" would still send the operation name of the tab before.
function operationFacts(document: string) {
  try {
    const documentAST = parse(document);
    const operations = documentAST.definitions.filter(d => d.kind === Kind.OPERATION_DEFINITION);
    return { documentAST, operations, operationName: operations[0]?.name?.value };
  } catch {
    return {};
  }
}

// A tab that nobody has written in shows an example that the reader's credential can run: where a
// new one cannot run it, the first one that it can takes its place.
export function FirstTab({ blank }: { blank: string }) {
  const examples = useContext(Examples);
  const { setOperationFacts, updateActiveTabValues } = useGraphiQLActions();
  const queryEditor = useGraphiQL(state => state.queryEditor);
  const known = useRef(new Set(['', blank.trim()]));
  useEffect(() => {
    if (!queryEditor || examples.length === 0) {
      return;
    }
    const text = queryEditor.getValue().trim();
    if (known.current.has(text) && !examples.some(e => e.document.trim() === text)) {
      const { document } = examples[0];
      const facts = operationFacts(document);
      queryEditor.setValue(document);
      setOperationFacts(facts);
      updateActiveTabValues({ query: document, operationName: facts.operationName ?? null });
    }
    examples.forEach(e => known.current.add(e.document.trim()));
  }, [examples, queryEditor]);
  return null;
}

function ExamplesPanel() {
  const examples = useContext(Examples);
  const { addTab, changeTab, setOperationFacts, updateActiveTabValues } = useGraphiQLActions();
  const { activeTabIndex, queryEditor, tabs } = useGraphiQL(
    pick('activeTabIndex', 'queryEditor', 'tabs'),
  );

  function open({ document }: Example) {
    if (!queryEditor) {
      return;
    }
    // What was typed in the last moment is not in the tab yet.
    updateActiveTabValues({ query: queryEditor.getValue() });
    const isOpen = (tab: TabsState['tabs'][number], index: number) =>
      (index === activeTabIndex ? queryEditor.getValue() : tab.query) === document;
    const index = tabs.findIndex(isOpen);
    if (index === -1) {
      addTab();
      queryEditor.setValue(document);
    } else if (index !== activeTabIndex) {
      changeTab(index);
    }
    const facts = operationFacts(document);
    setOperationFacts(facts);
    updateActiveTabValues({ query: document, operationName: facts.operationName ?? null });
  }

  return (
    <section className="examples" aria-label="Examples">
      <h2 className="examples-title">Examples</h2>
      <p className="examples-hint">
        A click opens an example in a tab of its own. <kbd>Ctrl</kbd> <kbd>Enter</kbd> runs it.
      </p>
      <ul>
        {examples.map(example => (
          <li key={example.name}>
            <button type="button" data-example={example.name} onClick={() => open(example)}>
              {example.title}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function ExamplesIcon(props: SVGProps<SVGSVGElement>) {
  return (
    <svg
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      {...props}
    >
      <path d="M9 18h6M10 21h4M8.5 15c0-1.6-2.5-3-2.5-6a6 6 0 0 1 12 0c0 3-2.5 4.4-2.5 6z" />
    </svg>
  );
}

export const examplesPanel: GraphiQLPlugin = { title: 'Examples', icon: ExamplesIcon, content: ExamplesPanel };
