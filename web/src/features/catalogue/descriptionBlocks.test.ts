import { expect, it } from 'vitest';
import { blocks, type Block } from './descriptionBlocks';

const text = (value: string): Block => ({ kind: 'text', text: value });
const list = (...items: string[]): Block => ({ kind: 'list', items });

it.each<[string, string, Block[]]>([
  ['nothing', '', []],
  ['one paragraph over lines', 'a\nb', [text('a b')]],
  ['two paragraphs', 'a\n\n\nb', [text('a'), text('b')]],
  ['a list after its heading', 'Features:\n- x\n- y', [text('Features:'), list('x', 'y')]],
  ['a list with empty lines', '- x\n\n- y\n\nz', [list('x', 'y'), text('z')]],
  ['a hyphen within', 'a - b\n-c', [text('a - b -c')]],
])('%s', (_name, input, expected) => {
  expect(blocks(input)).toEqual(expected);
});
