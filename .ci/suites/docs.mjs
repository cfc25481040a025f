// The code in the documentation for clients: TypeScript compiles, strictly, with the packages that
// the page names, each section as one module; JSON and GraphQL are such.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { parse } from 'graphql';
import { blocks } from './snippets.mjs';

process.chdir(import.meta.dirname);
const page = 'clients.md';
const lines = readFileSync(`../../docs/${page}`, 'utf8').split('\n');
const sectionOf = line => lines.slice(0, line).findLast(text => text.startsWith('## '));

// What a section leaves to its reader.
const left = {
  '## Apollo Client': 'declare const uri: string, possibleTypes: Record<string, string[]>;',
  '## urql': 'declare const url: string, parts: string[];',
};

const modules = new Map();
for (const { language, line, text } of blocks(page)) {
  if (language === 'js') {
    throw new Error(`${page}:${line}: JavaScript is written as TypeScript here, so that it is checked`);
  } else if (language === 'json') {
    JSON.parse(text);
  } else if (language === 'graphql') {
    parse(text);
  } else if (language === 'ts') {
    const section = sectionOf(line);
    modules.set(section, `${modules.get(section) ?? `${left[section] ?? ''}\nexport {};\n`}${text}`);
  }
}
if (modules.size < 4) {
  throw new Error(`only ${[...modules.keys()]} have TypeScript`);
}

// In this folder, where its packages are found.
rmSync('docs-modules', { recursive: true, force: true });
mkdirSync('docs-modules');
try {
  const files = [...modules].map(([section, text]) => {
    const file = `docs-modules/${section.replace(/\W+/g, '-').replace(/^-/, '')}.ts`;
    writeFileSync(file, text);
    return file;
  });
  execFileSync('npx', ['--no-install', 'tsc', '--strict', '--noEmit', '--skipLibCheck', '--target', 'es2022', '--module', 'nodenext',
    '--moduleResolution', 'nodenext', '--lib', 'es2022,dom,esnext.disposable', ...files], { stdio: 'inherit' });
  console.log(`They compile: ${files.join(', ')}`);
} finally {
  rmSync('docs-modules', { recursive: true, force: true });
}
