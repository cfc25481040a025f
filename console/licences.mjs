// Collects the licence of every package that ends up in the bundles.
import { existsSync, readFileSync, readdirSync } from 'node:fs';

const permissive = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'OFL-1.1', 'Python-2.0', 'Unlicense'];

function packageOf(input) {
  const match = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input);
  return match?.[0];
}

function entry(dir) {
  const { name, version, license } = JSON.parse(readFileSync(`${dir}/package.json`, 'utf8'));
  if (!permissive.includes(license)) {
    throw new Error(`${name} ${version}: licence ${license} is not on the list`);
  }
  const texts = readdirSync(dir)
    .filter(file => /^(licen[cs]e|copying|notice|thirdpartynotices)/i.test(file))
    .sort()
    .map(file => readFileSync(`${dir}/${file}`, 'utf8').replaceAll('\r\n', '\n').trim());
  return [`${name} ${version} (${license})`, ...texts].join('\n\n');
}

export function licences(inputs) {
  const dirs = [...new Set([...inputs].map(packageOf))].filter(dir => dir && existsSync(dir));
  return dirs.map(entry).sort().join(`\n\n${'-'.repeat(72)}\n\n`) + '\n';
}
