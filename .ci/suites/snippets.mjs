// The code of the documentation: what stands in its fences.
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { transformSync } from 'esbuild';

const docs = resolve(import.meta.dirname, '../../docs');

// pages gives the names of all pages.
export const pages = () => readdirSync(docs).filter(name => name.endsWith('.md'));

// blocks gives the fenced blocks of a page: their language, text, and the line that they begin at.
export function blocks(page) {
  const lines = readFileSync(resolve(docs, page), 'utf8').split('\n');
  const found = [];
  let open;
  lines.forEach((line, index) => {
    const fence = line.match(/^\s*```(\S*)/);
    if (!fence) {
      open?.lines.push(line);
    } else if (open) {
      found.push({ page, language: open.language, line: open.line, text: open.lines.join('\n') + '\n' });
      open = undefined;
    } else {
      open = { language: fence[1], line: index + 2, lines: [] };
    }
  });
  return found;
}

// importTypeScript runs a block, and gives what it exports.
export function importTypeScript(text) {
  const { code } = transformSync(text, { loader: 'ts', format: 'esm' });
  return import(`data:text/javascript,${encodeURIComponent(code)}`);
}
