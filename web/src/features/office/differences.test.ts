import { expect, it } from 'vitest';
import type { ProductInput } from '../../api/types';
import { differences } from './differences';

const product: ProductInput = {
  slug: 'lamp',
  name: 'Lamp',
  kind: 'physical',
  tags: ['bright', 'small'],
  attributes: { 'a/b~c': '1' },
  variants: [{ sku: 'lamp-s', name: 'Small', prices: { EUR: 1999 } }],
};

it('a product differs from itself in nothing', () => {
  expect(differences(product, structuredClone(product))).toEqual([]);
});

it('every field that differs is named, once', () => {
  const theirs: ProductInput = {
    slug: 'lamp',
    kind: 'physical',
    name: 'Lantern',
    brand: 'Kestrel',
    attributes: { 'a/b~c': '2' },
    variants: [
      { sku: 'lamp-s', name: 'Small', prices: { EUR: 2500, USD: 2600 } },
      { sku: 'lamp-l', name: 'Large', prices: { EUR: 3000 } },
    ],
  };
  expect(differences(product, theirs)).toEqual([
    { pointer: '/name', mine: 'Lamp', theirs: 'Lantern' },
    { pointer: '/tags', mine: 'bright, small', theirs: '' },
    { pointer: '/attributes/a~1b~0c', mine: '1', theirs: '2' },
    { pointer: '/variants/0/prices/EUR', mine: '1999', theirs: '2500' },
    { pointer: '/brand', mine: '', theirs: 'Kestrel' },
    { pointer: '/variants/0/prices/USD', mine: '', theirs: '2600' },
    { pointer: '/variants/1/sku', mine: '', theirs: 'lamp-l' },
    { pointer: '/variants/1/name', mine: '', theirs: 'Large' },
    { pointer: '/variants/1/prices/EUR', mine: '', theirs: '3000' },
  ]);
});
