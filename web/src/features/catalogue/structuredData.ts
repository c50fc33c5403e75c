import type { Product, Variant } from '../../api/types';
import { toDecimal } from '../../ui/money';

const availability: Readonly<Record<Variant['availability']['status'], string>> = {
  in_stock: 'https://schema.org/InStock',
  low: 'https://schema.org/LimitedAvailability',
  out: 'https://schema.org/OutOfStock',
};

/** What search engines and assistants read of a product, in the terms of schema.org. */
export function structuredData(product: Product, origin: string): Record<string, unknown> {
  const url = `${origin}/products/${product.slug}`;
  return {
    '@context': 'https://schema.org',
    '@type': 'Product',
    name: product.name,
    url,
    ...(product.summary !== undefined && { description: product.summary }),
    ...(product.brand !== undefined && { brand: { '@type': 'Brand', name: product.brand } }),
    ...(product.images.length > 0 && { image: product.images.map((image) => new URL(image.url, origin).href) }),
    offers: product.variants.map((variant) => ({
      '@type': 'Offer',
      sku: variant.sku,
      name: variant.name,
      url,
      price: toDecimal(variant.price),
      priceCurrency: variant.price.currency,
      ...(variant.sale_until !== undefined && { priceValidUntil: variant.sale_until }),
      availability: product.status === 'archived' ? 'https://schema.org/Discontinued' : availability[variant.availability.status],
    })),
  };
}
