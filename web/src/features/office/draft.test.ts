import { describe, expect, it } from 'vitest';
import type { ProductInput } from '../../api/types';
import { fromLocal, newDraft, slugOf, toDraft, toInput, toLocal } from './draft';

const product: ProductInput = {
  slug: 'lamp',
  name: 'Lamp',
  summary: 'It shines',
  description: 'One.\n\n- two',
  brand: 'Kestrel',
  kind: 'physical',
  status: 'active',
  categories: ['home', 'light'],
  tags: ['bright'],
  attributes: { watts: '5' },
  texts: { de: { name: 'Lampe', keywords: ['hell', 'licht'] } },
  options: ['size'],
  related: ['bulb', 'shade'],
  customization_schema: { type: 'object', properties: { text: { type: 'string' } } },
  publish_at: '2026-12-01T08:30:00.000Z',
  unpublish_at: '2027-01-01T00:00:01.250Z',
  variants: [
    {
      sku: 'lamp-s',
      name: 'Small',
      prices: { EUR: 1999, JPY: 300 },
      attributes: { size: 's' },
      stock_tracked: true,
      sales: [{ prices: { EUR: 1499 }, from: '2026-12-01T08:30:00.000Z', until: '2026-12-24T00:00:00.000Z' }, { prices: { JPY: 200 } }],
    },
    { sku: 'lamp-x', name: 'Licence', kind: 'licence', prices: { EUR: 5 }, stock_tracked: false },
  ],
};

describe('a product in the form', () => {
  it('is sent as it came', () => {
    expect(toInput(toDraft(product), 'bad')).toEqual({ input: product, errors: {} });
  });

  it('keeps what the form does not know', () => {
    const newer = { ...product, newer_field: [1], variants: [{ ...product.variants[0], newer: { size: 's' } }] } as unknown as ProductInput;
    expect(toInput(toDraft(newer), 'bad').input).toEqual(newer);
  });

  it('loses what was emptied', () => {
    const draft = { ...toDraft(product), summary: ' ', tags: '', attributes: [], texts: [] };
    const { input } = toInput(draft, 'bad');
    expect(Object.keys(input)).not.toEqual(expect.arrayContaining(['summary']));
    expect(input).not.toHaveProperty('tags');
    expect(input).not.toHaveProperty('texts');
  });

  it.each([
    ['29.999', 'EUR'],
    ['', 'EUR'],
    ['1,000.00', 'EUR'],
    ['0.5', 'JPY'],
    ['-1', 'EUR'],
    ['5', 'EURO'],
  ])('a price of "%s" %s is refused where it stands', (value, currency) => {
    const draft = newDraft();
    const variant = draft.variants[0];
    if (!variant) throw new Error('no variant');
    variant.prices = [{ key: 1, name: currency, value }];
    expect(toInput(draft, 'bad').errors).toEqual({ [`/variants/0/prices/${currency}`]: 'bad' });
  });

  it('a sale price is refused where it stands', () => {
    const draft = toDraft(product);
    const sale = draft.variants[0]?.sales[0];
    if (!sale) throw new Error('no sale');
    sale.prices = [{ key: 1, name: 'EUR', value: '1.999' }];
    expect(toInput(draft, 'bad').errors).toEqual({ '/variants/0/sales/0/prices/EUR': 'bad' });
  });

  it('a moment is shown as the form has it, and comes back the same', () => {
    for (const time of ['2026-12-01T08:30:00.000Z', '2026-12-01T08:30:09.000Z', '2026-07-01T23:59:59.999Z']) expect(fromLocal(toLocal(time))).toBe(time);
    expect(toLocal('2026-12-01T08:30:00.000Z')).toMatch(/^2026-(11-30|12-01|12-02)T\d\d:\d\d$/);
    expect([toLocal(undefined), fromLocal('')]).toEqual(['', '']);
  });

  it('a schema that is no JSON object is refused where it stands', () => {
    for (const schema of ['{', '[]', '"x"']) expect(toInput({ ...toDraft(product), schema }, '', 'bad').errors).toEqual({ '/customization_schema': 'bad' });
  });

  it('a price may be written with a comma', () => {
    const draft = newDraft();
    const variant = draft.variants[0];
    if (!variant) throw new Error('no variant');
    variant.prices = [{ key: 1, name: 'eur', value: ' 29,9 ' }];
    expect(toInput(draft, 'bad')).toMatchObject({ input: { variants: [{ prices: { EUR: 2990 } }] }, errors: {} });
  });
});

it.each([
  ['GIMP', 'gimp'],
  ['Füller № 5', 'fueller-no-5'],
  ['Café au lait!', 'cafe-au-lait'],
  ['--', ''],
])('the slug of "%s" is "%s"', (name, slug) => {
  expect(slugOf(name)).toBe(slug);
});
