import type { ProductInput, ProductKind, ProductStatus, VariantInput } from '../../api/types';
import { fromDecimal, toDecimal } from '../../ui/money';
import type { FieldErrors } from './parts';

export interface Pair {
  key: number;
  name: string;
  value: string;
}
export interface VariantDraft {
  key: number;
  sku: string;
  name: string;
  /** Empty: the product's. */
  kind: ProductKind | '';
  /** By currency, as decimals. */
  prices: Pair[];
  attributes: Pair[];
  stockTracked: boolean;
  /** What this form does not know of it, kept as it was. */
  rest: Partial<VariantInput>;
}
export interface TextsDraft {
  key: number;
  language: string;
  name: string;
  summary: string;
  description: string;
  keywords: string;
}
/** A product as it stands in the form: every field as it is typed. */
export interface Draft {
  slug: string;
  name: string;
  summary: string;
  description: string;
  brand: string;
  kind: ProductKind;
  status: ProductStatus;
  /** Parted by commas. */
  categories: string;
  tags: string;
  attributes: Pair[];
  texts: TextsDraft[];
  variants: VariantDraft[];
  rest: Partial<ProductInput>;
}

let lastKey = 0;
export const newKey = (): number => ++lastKey;

export const newVariant = (): VariantDraft => ({
  key: newKey(),
  sku: '',
  name: '',
  kind: '',
  prices: [{ key: newKey(), name: 'EUR', value: '' }],
  attributes: [],
  stockTracked: true,
  rest: {},
});

export const newTexts = (): TextsDraft => ({ key: newKey(), language: '', name: '', summary: '', description: '', keywords: '' });

export function newDraft(): Draft {
  return {
    slug: '',
    name: '',
    summary: '',
    description: '',
    brand: '',
    kind: 'physical',
    status: 'draft',
    categories: '',
    tags: '',
    attributes: [],
    texts: [],
    variants: [newVariant()],
    rest: {},
  };
}

const pairsOf = (map: Readonly<Record<string, string>> = {}): Pair[] =>
  Object.entries(map).map(([name, value]) => ({ key: newKey(), name, value }));

export function toDraft(product: ProductInput): Draft {
  const { slug, name, summary = '', description = '', brand = '', kind, status = 'draft', categories = [], tags = [], attributes, texts = {}, variants, ...rest } = product;
  return {
    slug,
    name,
    summary,
    description,
    brand,
    kind,
    status,
    categories: categories.join(', '),
    tags: tags.join(', '),
    attributes: pairsOf(attributes),
    texts: Object.entries(texts).map(([language, one]) => ({
      key: newKey(),
      language,
      name: one.name ?? '',
      summary: one.summary ?? '',
      description: one.description ?? '',
      keywords: (one.keywords ?? []).join(', '),
    })),
    variants: variants.map(variantDraft),
    rest,
  };
}

function variantDraft(variant: VariantInput): VariantDraft {
  const { sku, name, kind = '', prices, attributes, stock_tracked = true, ...rest } = variant;
  return {
    key: newKey(),
    sku,
    name,
    kind,
    prices: Object.entries(prices).map(([currency, amount]) => ({ key: newKey(), name: currency, value: toDecimal({ amount, currency }) })),
    attributes: pairsOf(attributes),
    stockTracked: stock_tracked,
    rest,
  };
}

export const listOf = (text: string): string[] => text.split(',').map((item) => item.trim()).filter(Boolean);

function mapOf(pairs: readonly Pair[]): Record<string, string> {
  return Object.fromEntries(pairs.filter(({ name, value }) => name || value).map(({ name, value }) => [name.trim(), value.trim()]));
}

/** Its members that are not empty. */
function present<T extends object>(object: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]: [string, unknown]) =>
      typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : value !== '',
    ),
  ) as Partial<T>;
}

/** What is sent; what cannot even be sent is named by where it would stand. */
export function toInput(draft: Draft, badPrice: string): { input: ProductInput; errors: FieldErrors } {
  const errors: Record<string, string> = {};
  const prices = (variant: VariantDraft, at: number) =>
    Object.fromEntries(
      variant.prices.map(({ name, value }) => {
        const currency = name.trim().toUpperCase();
        const amount = /^[A-Z]{3}$/.test(currency) ? fromDecimal(value, currency) : undefined;
        if (amount === undefined) errors[`/variants/${at}/prices/${currency}`] = badPrice;
        return [currency, amount ?? 0];
      }),
    );
  const input: ProductInput = {
    ...draft.rest,
    slug: draft.slug.trim(),
    name: draft.name.trim(),
    kind: draft.kind,
    status: draft.status,
    ...present({
      summary: draft.summary.trim(),
      description: draft.description.trim(),
      brand: draft.brand.trim(),
      categories: listOf(draft.categories),
      tags: listOf(draft.tags),
      attributes: mapOf(draft.attributes),
      texts: Object.fromEntries(
        draft.texts.map(({ language, name, summary, description, keywords }) => [
          language.trim(),
          present({ name: name.trim(), summary: summary.trim(), description: description.trim(), keywords: listOf(keywords) }),
        ]),
      ),
    }),
    variants: draft.variants.map((variant, at) => ({
      ...variant.rest,
      sku: variant.sku.trim(),
      name: variant.name.trim(),
      ...(variant.kind && { kind: variant.kind }),
      prices: prices(variant, at),
      ...present({ attributes: mapOf(variant.attributes) }),
      stock_tracked: variant.stockTracked,
    })),
  };
  return { input, errors };
}

/** A slug made of a name: "Füller № 5" is "fueller-no-5". */
export function slugOf(name: string): string {
  const spelled = name.normalize('NFKC').toLowerCase().replaceAll('ä', 'ae').replaceAll('ö', 'oe').replaceAll('ü', 'ue').replaceAll('ß', 'ss');
  return spelled.normalize('NFKD').replace(/[\u0300-\u036f]/g, '').replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, 100);
}
