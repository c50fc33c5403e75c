import { expect, it } from 'vitest';
import { serializeQuery } from './query';

it.each([
  ['nothing', {}, ''],
  ['absent values', { q: undefined, sort: null }, ''],
  ['repeated values', { brand: ['a b', 'c'] }, 'brand=a+b&brand=c'],
  ['facets are one list', { facets: ['category', 'attr.license'] }, 'facets=category%2Cattr.license'],
  ['no facets', { facets: [] }, ''],
  ['attributes', { attributes: { 'attr.license': 'GPL-3.0+' } }, 'attr.license=GPL-3.0%2B'],
  ['numbers and booleans', { price_min: 0, available: false }, 'price_min=0&available=false'],
])('%s', (_name, query, expected) => {
  expect(serializeQuery(query)).toBe(expected);
});
