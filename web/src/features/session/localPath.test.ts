import { expect, it } from 'vitest';
import { localPath } from './localPath';

it.each([
  [null, '/'],
  ['', '/'],
  ['/checkout?payment_session=cs_1', '/checkout?payment_session=cs_1'],
  ['/orders/1#top', '/orders/1#top'],
  ['//evil.example/x', '/'],
  ['/\\evil.example', '/'],
  ['/\t/evil.example', '/'],
  ['https://evil.example', '/'],
  ['javascript:alert(1)', '/'],
])('%j leads to %s', (text, expected) => {
  expect(localPath(text)).toBe(expected);
});
