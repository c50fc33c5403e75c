import type { Pins, Synonyms } from '../../api/types';
import { listOf } from './draft';

/** Settings of the search as an operator writes them: a line each, `left = right, right`. */
function lines(text: string): { left: string; right: string[] }[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) => {
      const [left = '', ...rest] = line.split('=');
      return { left: left.trim(), right: listOf(rest.join('=')) };
    });
}

export const readSynonyms = (text: string): Synonyms => ({ items: lines(text).map(({ left, right }) => ({ word: left, means: right })) });
export const synonymsText = ({ items }: Synonyms): string => items.map(({ word, means }) => `${word} = ${means.join(', ')}`).join('\n');

/** Names of one kind by those of another; what has none keeps its own. */
export type Naming = Readonly<Record<string, string>>;
const renamed = (names: readonly string[], naming: Naming) => names.map((name) => naming[name] ?? name);

/** People write slugs, the server takes ids. */
export const readPins = (text: string, ids: Naming = {}): Pins => ({
  items: lines(text).map(({ left, right }) => ({ query: left, products: renamed(right, ids) })),
});
export const pinsText = ({ items }: Pins, slugs: Naming = {}): string =>
  items.map(({ query, products }) => `${query} = ${renamed(products, slugs).join(', ')}`).join('\n');
