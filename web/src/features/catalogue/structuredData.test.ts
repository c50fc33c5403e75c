import { expect, it } from 'vitest';
import type { Product } from '../../api/types';
import { structuredData } from './structuredData';

const product: Product = {
  id: '01941f29-7c00-7000-8000-000000000001',
  slug: 'gimp',
  name: 'GIMP',
  kind: 'licence',
  status: 'active',
  categories: ['graphics'],
  tags: [],
  attributes: {},
  images: [],
  variants: [
    { sku: 'GIMP-L', name: 'Licence', kind: 'licence', price: { amount: 1905, currency: 'EUR' }, attributes: {}, availability: { status: 'in_stock' } },
    { sku: 'GIMP-B', name: 'Boxed copy', kind: 'physical', price: { amount: 5000, currency: 'JPY' }, attributes: {}, availability: { status: 'out' } },
  ],
};

it('offers each variant at its exact price', () => {
  expect(structuredData(product, 'https://shop.example')).toMatchObject({
    '@type': 'Product',
    name: 'GIMP',
    url: 'https://shop.example/products/gimp',
    offers: [
      { sku: 'GIMP-L', price: '19.05', priceCurrency: 'EUR', availability: 'https://schema.org/InStock' },
      { sku: 'GIMP-B', price: '5000', priceCurrency: 'JPY', availability: 'https://schema.org/OutOfStock' },
    ],
  });
});

it('does not offer what is not sold any more', () => {
  const { offers } = structuredData({ ...product, status: 'archived' }, 'https://shop.example') as { offers: { availability: string }[] };
  expect(offers.map(({ availability }) => availability)).toEqual(Array(2).fill('https://schema.org/Discontinued'));
});
