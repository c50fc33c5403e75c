// Fails if the first page's script grows past its budget: 200 KB as sent (gzip, the larger of the two encodings).
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';

const budget = 200 * 1024;
const firstPage = ['index.html'];
const manifest = JSON.parse(readFileSync('dist/.vite/manifest.json', 'utf8'));

const files = new Set();
function collect(key) {
  const chunk = manifest[key];
  if (!chunk) throw new Error(`not in the manifest: ${key}`);
  if (files.has(chunk.file)) return;
  files.add(chunk.file);
  for (const next of chunk.imports ?? []) collect(next);
}
for (const key of firstPage) collect(key);

let total = 0;
for (const file of files) {
  const path = `dist/${file}`;
  total += statSync(existsSync(`${path}.gz`) ? `${path}.gz` : path).size;
}
const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;
console.log(`script of the first page: ${kib(total)} in ${files.size} files (budget ${kib(budget)})`);
rmSync('dist/.vite', { recursive: true });
if (total > budget) process.exit(1);
