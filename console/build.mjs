// Builds the page into dist. Asset names carry a hash of their content, so they may be cached for ever.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { build } from 'esbuild';
import { licences } from './licences.mjs';

process.chdir(import.meta.dirname);
rmSync('dist', { recursive: true, force: true });

const inputs = new Set();

const ownFormatJSONC = {
  name: 'own-format-jsonc',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/jsonc\.js$/ }, ({ importer }) =>
      importer.includes('@graphiql') ? { path: resolve('src/jsonc.ts') } : undefined,
    ),
};

// Bundles the entry points and returns, by the plain name of each built file, where it is from
// beside it: the gateway may stand behind a prefix of a proxy's, so that nothing is absolute.
async function bundle(entryPoints, options) {
  const { metafile } = await build({
    entryPoints,
    outdir: 'dist',
    bundle: true,
    minify: true,
    metafile: true,
    target: 'es2022',
    entryNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    legalComments: 'none',
    logLevel: 'warning',
    alias: { 'prettier/parser-graphql': 'prettier/plugins/graphql' }, // one file under two names
    plugins: [ownFormatJSONC],
    ...options,
    define: { 'process.env.NODE_ENV': '"production"', ...options.define },
  });
  Object.keys(metafile.inputs).forEach(input => inputs.add(input));
  return Object.fromEntries(
    Object.keys(metafile.outputs).map(output => {
      const file = basename(output);
      return [file.replace(/-[A-Z0-9]{8}\./, '.'), `./${file}`];
    }),
  );
}

const workers = await bundle(
  [
    'monaco-editor/esm/vs/editor/editor.worker.js',
    'monaco-editor/esm/vs/language/json/json.worker.js',
    'monaco-graphql/esm/graphql.worker.js',
  ],
  { format: 'iife' },
);

const files = await bundle(['src/app.tsx', 'src/contract.tsx', 'src/frame/main.tsx', 'src/favicon.svg'], {
  format: 'esm',
  jsx: 'automatic',
  loader: { '.graphql': 'text', '.svg': 'copy', '.ttf': 'file', '.woff2': 'file' },
  define: {
    WORKER_EDITOR: JSON.stringify(workers['editor.worker.js']),
    WORKER_GRAPHQL: JSON.stringify(workers['graphql.worker.js']),
    WORKER_JSON: JSON.stringify(workers['json.worker.js']),
  },
});

for (const name of ['playground.html', 'contract.html', 'console.html']) {
  const page = readFileSync(`src/${name}`, 'utf8');
  writeFileSync(`dist/${name}`, page.replace(/{{(.+?)}}/g, (_, file) => files[file].replace('./', 'console/')));
}
writeFileSync('dist/LICENSES.txt', licences(inputs));
