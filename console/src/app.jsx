import './workers.js';
import 'monaco-graphql/esm/monaco-editor.js'; // first, so that GraphiQL's styles come after Monaco's
import './fonts.css';
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import '@graphiql/plugin-explorer/style.css';
import 'graphiql/graphiql.css';
import './app.css';

import { useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { useGraphiQL } from '@graphiql/react';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { examplesPlugin, loadExamples } from './examples.jsx';
import { fetcher } from './fetcher.js';
import { Sources } from './sources.jsx';
import { isFirstVisit, storage } from './storage.js';

const newTab = '# Ctrl-Space completes, Ctrl-Enter runs.\n\n';

// Monaco measures its font once, so the font has to be there before the editor.
const [examples] = await Promise.all([
  loadExamples().catch(() => []),
  document.fonts.load('15px "Fira Code"'),
]);
const examplesPanel = examplesPlugin(examples);
const plugins = [examplesPanel, { ...explorerPlugin(), title: 'Explorer' }, HISTORY_PLUGIN];

// The examples explain themselves in comments, which should be readable without scrolling sideways.
function WrapLines() {
  const editor = useGraphiQL(state => state.queryEditor);
  useEffect(() => editor?.updateOptions({ wordWrap: 'on' }), [editor]);
  return null;
}

createRoot(document.getElementById('console')).render(
  <GraphiQL
    fetcher={fetcher}
    plugins={plugins}
    visiblePlugin={isFirstVisit() ? examplesPanel : undefined}
    defaultQuery={newTab}
    defaultTabs={examples.length > 0 ? [{ query: examples[0].document }] : undefined}
    storage={storage}
    inputValueDeprecation
    schemaDescription
    shouldPersistHeaders={false}
    showPersistHeadersSettings={false}
    defaultEditorToolsVisibility={false}
  >
    <GraphiQL.Logo>
      <h1 className="brand">
        customer360 <small>every customer, one graph</small>
      </h1>
    </GraphiQL.Logo>
    <GraphiQL.Footer>
      <Sources />
    </GraphiQL.Footer>
    <WrapLines />
  </GraphiQL>,
);
