import { describe, expect, it } from 'vitest';
import { emptySearch, fromAddress, toAddress, toggle, without } from './searchState';

describe('the search in the address bar', () => {
  it.each([
    '',
    'q=photo+editor',
    'q=a%26b&category=graphics&brand=KDE&brand=GNOME&kind=licence&license=GPL-3.0%2B&available=true&price_min=500&price_max=4000&sort=-price',
  ])('is what it was: %s', (text) => {
    expect(toAddress(fromAddress(new URLSearchParams(text))).toString()).toBe(text);
  });

  it.each([
    ['an unknown order', 'sort=magic'],
    ['an unknown kind', 'kind=smell'],
    ['a price that is none', 'price_min=-4&price_max=1e3'],
    ['a category that cannot be', 'category=..%2Fadmin'],
    ['empty values', 'q=&brand=&license='],
  ])('ignores %s', (_name, text) => {
    expect(fromAddress(new URLSearchParams(text))).toEqual(emptySearch);
  });

  it('takes doubles once', () => {
    expect(fromAddress(new URLSearchParams('brand=a&brand=a&kind=licence&kind=licence'))).toMatchObject({ brand: ['a'], kind: ['licence'] });
  });
});

it('toggle and without', () => {
  expect(toggle(['a', 'b'], 'a')).toEqual(['b']);
  expect(toggle(['a'], 'b')).toEqual(['a', 'b']);
  expect(without({ ...emptySearch, sort: 'name', category: 'x' }, 'sort')).toEqual({ ...emptySearch, category: 'x' });
});
