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
import { Access, Notice, useAccess, WithoutSchema } from './access.jsx';
import { examplesPlugin, loadExamples } from './examples.jsx';
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

// They are what the page begins with: given anew, GraphiQL would take them for a wish to change.
const beginning = {
  visiblePlugin: isFirstVisit() ? examplesPanel : undefined,
  defaultTabs: examples.length > 0 ? [{ query: examples[0].document }] : undefined,
};

function Console() {
  const access = useAccess();
  return (
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
      </GraphiQL.Logo>
      <GraphiQL.Footer>
        <Notice access={access} />
        <Sources />
      </GraphiQL.Footer>
      <WrapLines />
      <WithoutSchema />
    </GraphiQL>
  );
}

createRoot(document.getElementById('console')).render(<Console />);
