import { describe, expect, test } from 'vitest';
import type { Variant } from '../../api/types';
import { standing, valuesOf, variantBy } from './options';

const shirt = (size: string, colour: string, status: 'in_stock' | 'out' = 'in_stock'): Variant => ({
  sku: `${size}-${colour}`,
  name: `${size} ${colour}`,
  kind: 'physical',
  price: { amount: 1900, currency: 'EUR' },
  attributes: { size, colour },
  availability: { status },
});
const small = shirt('S', 'red');
const variants = [small, shirt('M', 'red'), shirt('M', 'blue', 'out'), shirt('L', 'blue')];
const options = ['size', 'colour'];

describe('options', () => {
  test('have the values of the variants, each once', () => {
    expect(valuesOf(variants, 'size')).toEqual(['S', 'M', 'L']);
    expect(valuesOf(variants, 'colour')).toEqual(['red', 'blue']);
  });

  test('keep what else was chosen where they can', () => {
    expect(variantBy(variants, options, small, 'size', 'M')?.sku).toBe('M-red');
    expect(variantBy(variants, options, small, 'size', 'L')?.sku).toBe('L-blue');
    expect(variantBy(variants, options, small, 'colour', 'blue')?.sku).toBe('M-blue');
    expect(variantBy(variants, options, small, 'colour', 'green')).toBeUndefined();
  });

  test('say which value can be had with the others', () => {
    expect(standing(variants, options, small, 'size', 'M')).toBe('there');
    expect(standing(variants, options, small, 'size', 'L')).toBe('none');
    expect(standing(variants, options, shirt('M', 'red'), 'colour', 'blue')).toBe('out');
  });
});
