import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import de from './de.json';
import en from './en.json';
import officeDe from './office.de.json';
import officeEn from './office.en.json';

const files: [string, Tree, Tree][] = [
  ['the shop', en, de],
  ['the back office', officeEn, officeDe],
];

type Tree = { [key: string]: string | Tree };

function leaves(tree: Tree, prefix = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[prefix + key, value] as [string, string]] : leaves(value, `${prefix}${key}.`),
  );
}

const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();

it.each(files)('German has every message of English, with the same placeholders: %s', (_, en, de) => {
  const english = leaves(en);
  const german = new Map(leaves(de));
  expect([...german.keys()]).toEqual(english.map(([key]) => key));
  for (const [key, text] of english) expect(placeholders(german.get(key) ?? ''), key).toEqual(placeholders(text));
});

it.each(files)('every message is used: %s', (_, en) => {
  const source = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(join('src', name), 'utf8'))
    .join('\n');
  // A key may be made of a constant part and a variable one: `order.stage.${stage}`.
  const isUsed = (key: string) => {
    const plain = key.replace(/_(one|other)$/, '');
    const parent = plain.slice(0, plain.lastIndexOf('.'));
    return source.includes(`'${plain}'`) || source.includes(`\`${parent}.$`) || source.includes(`t('${parent}', {`);
  };
  expect(leaves(en).map(([key]) => key).filter((key) => !isUsed(key))).toEqual([]);
});
