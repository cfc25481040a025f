// The code in the documentation for clients: TypeScript compiles, strictly, with the packages that
// the pages name, each section as one module. What else stands there, the project's own tests check.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { blocks, pages } from './snippets.mjs';

process.chdir(import.meta.dirname);

// What a section leaves to its reader.
const left = {
  '## Apollo Client': 'declare const uri: string, possibleTypes: Record<string, string[]>;',
  '## urql': 'declare const url: string, parts: string[];',
  '## Streams': 'declare const key: string;',
};

const modules = new Map();
for (const page of pages()) {
  const lines = readFileSync(`../../docs/${page}`, 'utf8').split('\n');
  for (const { language, line, text } of blocks(page)) {
    if (language === 'ts') {
      const section = lines.slice(0, line).findLast(text => text.startsWith('## '));
      modules.set(section, `${modules.get(section) ?? `${left[section] ?? ''}\nexport {};\n`}${text}`);
    }
  }
}
if (modules.size < 5) {
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
