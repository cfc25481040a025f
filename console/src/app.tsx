import './workers.ts';
import 'monaco-graphql/esm/monaco-editor.js'; // first, so that GraphiQL's styles come after Monaco's
import './fonts.css';
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import '@graphiql/plugin-explorer/style.css';
import 'graphiql/graphiql.css';
import './app.css';

import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { useGraphiQL } from '@graphiql/react';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { Access, Notice, useAccess, WithoutSchema } from './access.tsx';
import type { Asker } from './access.tsx';
import { Examples, examplesPanel, FirstTab, loadExamples } from './examples.tsx';
import { beside } from './place.ts';
import { Sources } from './sources.tsx';
import { session } from './session.ts';
import { isFirstVisit, storage } from './storage.ts';

const newTab = '# Ctrl-Space completes, Ctrl-Enter runs.\n\n';

// Monaco measures its font once, so the font has to be there before the editor.
const [shownAtFirst] = await Promise.all([
  loadExamples(session.get('credential')).catch(() => []),
  document.fonts.load('15px "Fira Code"'),
]);
const plugins = [examplesPanel, { ...explorerPlugin(), title: 'Explorer' }, HISTORY_PLUGIN];

// The examples explain themselves in comments, which should be readable without scrolling sideways.
function WrapLines() {
  const editor = useGraphiQL(state => state.queryEditor);
  useEffect(() => editor?.updateOptions({ wordWrap: 'on' }), [editor]);
  return null;
}

// They are what the page begins with: given anew, GraphiQL would take them for a wish to change.
const beginning = {
  visiblePlugin: isFirstVisit() ? examplesPanel : undefined,
  defaultTabs: shownAtFirst.length > 0 ? [{ query: shownAtFirst[0].document }] : undefined,
};

// The examples of the contract that the page shows: those of another one would be full of faults.
function useExamples({ contract, credential }: Asker) {
  const [examples, setExamples] = useState(shownAtFirst);
  useEffect(() => {
    if (!contract) {
      return;
    }
    let late = false;
    loadExamples(credential).then(
      loaded => late || setExamples(loaded),
      () => late || setExamples([]),
    );
    return () => {
      late = true;
    };
  }, [contract, credential]);
  return examples;
}

function Console() {
  const access = useAccess();
  const examples = useExamples(access);
  return (
    <Examples.Provider value={examples}>
      <GraphiQL
        {...beginning}
        fetcher={access.fetcher}
        plugins={plugins}
        defaultQuery={newTab}
        storage={storage}
        inputValueDeprecation
        schemaDescription
        shouldPersistHeaders={false}
        showPersistHeadersSettings={false}
        defaultEditorToolsVisibility={false}
      >
        <GraphiQL.Logo>
          <Access access={access} />
          <h1 className="brand">
            customer360 <small>every customer, one graph</small>
          </h1>
          <a className="pages" href={beside('../customers')}>Customers</a>
        </GraphiQL.Logo>
        <GraphiQL.Footer>
          <Notice access={access} />
          <Sources />
        </GraphiQL.Footer>
        <WrapLines />
        <FirstTab blank={newTab} />
        <WithoutSchema />
      </GraphiQL>
    </Examples.Provider>
  );
}

createRoot(document.getElementById('console')!).render(<Console />);
