import { describe, expect, it } from 'vitest';
import { formatMoney, fromDecimal, times, toDecimal } from './money';

describe('toDecimal', () => {
  it.each([
    [1999, 'EUR', '19.99'],
    [5, 'EUR', '0.05'],
    [0, 'EUR', '0.00'],
    [-150, 'EUR', '-1.50'],
    [1999, 'JPY', '1999'],
    [1999, 'KWD', '1.999'],
    [100000000000001, 'EUR', '1000000000000.01'],
  ])('%d %s is %s', (amount, currency, expected) => {
    expect(toDecimal({ amount, currency })).toBe(expected);
  });
});

describe('fromDecimal', () => {
  it.each([
    ['29.90', 'EUR', 2990],
    [' 29,9 ', 'EUR', 2990],
    ['5', 'EUR', 500],
    ['1999', 'JPY', 1999],
    ['1.999', 'KWD', 1999],
    ['0.00', 'EUR', 0],
    ['1.999', 'EUR', undefined],
    ['1.0', 'JPY', undefined],
    ['', 'EUR', undefined],
    ['-5', 'EUR', undefined],
    ['1e3', 'EUR', undefined],
    ['1.000,00', 'EUR', undefined],
  ])('"%s" %s is %s', (text, currency, expected) => {
    expect(fromDecimal(text, currency)).toBe(expected);
  });
});

describe('formatMoney', () => {
  const plain = (text: string) => text.replace(/\u00a0|\u202f/g, ' ');
  it.each([
    ['en', { amount: 123456, currency: 'EUR' }, '€1,234.56'],
    ['de', { amount: 123456, currency: 'EUR' }, '1.234,56 €'],
    ['en', { amount: 500, currency: 'JPY' }, '¥500'],
    ['en', { amount: 100000000000001, currency: 'USD' }, '$1,000,000,000,000.01'],
  ])('%s %o', (language, money, expected) => {
    expect(plain(formatMoney(money, language))).toBe(expected);
  });
});

it('times keeps the currency', () => {
  expect(times({ amount: 1999, currency: 'EUR' }, 3)).toEqual({ amount: 5997, currency: 'EUR' });
});
