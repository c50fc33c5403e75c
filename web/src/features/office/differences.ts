import type { ProductInput } from '../../api/types';

export interface Difference {
  /** JSON Pointer to the field. */
  pointer: string;
  mine: string;
  theirs: string;
}

const escaped = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** Its fields that hold something, as text. A list of plain values is one field. */
function fields(value: unknown, pointer = ''): [string, string][] {
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return [[pointer, value.join(', ')]];
  if (typeof value !== 'object' || value === null) return [[pointer, String(value)]];
  return Object.entries(value).flatMap(([name, one]) => fields(one, `${pointer}/${escaped(name)}`));
}

/** Where two versions of a product differ; a field that one of them lacks is empty there. */
export function differences(mine: ProductInput, theirs: ProductInput): Difference[] {
  const my = new Map(fields(mine));
  const their = new Map(fields(theirs));
  return [...new Set([...my.keys(), ...their.keys()])]
    .map((pointer) => ({ pointer, mine: my.get(pointer) ?? '', theirs: their.get(pointer) ?? '' }))
    .filter(({ mine: one, theirs: other }) => one !== other);
}
