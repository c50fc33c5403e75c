import type { ProductInput, ProductKind, ProductStatus, Sale, VariantInput } from '../../api/types';
import { fromDecimal, toDecimal } from '../../ui/money';
import type { FieldErrors } from './parts';

export interface Pair {
  key: number;
  name: string;
  value: string;
}
export interface SaleDraft {
  key: number;
  prices: Pair[];
  /** As an `<input type="datetime-local">` has it, in the time of whoever writes; empty: open. */
  from: string;
  until: string;
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
  sales: SaleDraft[];
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
  options: string;
  related: string;
  /** The customization schema as JSON text; empty: none. */
  schema: string;
  /** As SaleDraft's. */
  publishAt: string;
  unpublishAt: string;
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
  sales: [],
  rest: {},
});

export const newSale = (): SaleDraft => ({ key: newKey(), prices: [{ key: newKey(), name: 'EUR', value: '' }], from: '', until: '' });

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
    options: '',
    related: '',
    schema: '',
    publishAt: '',
    unpublishAt: '',
    attributes: [],
    texts: [],
    variants: [newVariant()],
    rest: {},
  };
}

const pairsOf = (map: Readonly<Record<string, string>> = {}): Pair[] =>
  Object.entries(map).map(([name, value]) => ({ key: newKey(), name, value }));

const pricesOf = (prices: Readonly<Record<string, number>>): Pair[] =>
  Object.entries(prices).map(([currency, amount]) => ({ key: newKey(), name: currency, value: toDecimal({ amount, currency }) }));

/** A moment as an `<input type="datetime-local">` has it, and back; seconds are kept where there are any. */
export function toLocal(time: string | undefined): string {
  if (time === undefined) return '';
  const at = new Date(time);
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, -1);
  return local.replace(/(:00)?\.000$/, '');
}
export const fromLocal = (local: string): string => (local === '' ? '' : new Date(local).toISOString());

export function toDraft(product: ProductInput): Draft {
  const { slug, name, summary = '', description = '', brand = '', kind, status = 'draft', categories = [], tags = [], attributes, texts = {}, variants, ...others } = product;
  const { options = [], related = [], publish_at: publishAt, unpublish_at: unpublishAt, customization_schema: schema, ...rest } = others;
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
    options: options.join(', '),
    related: related.join(', '),
    schema: schema ? JSON.stringify(schema, null, 2) : '',
    publishAt: toLocal(publishAt),
    unpublishAt: toLocal(unpublishAt),
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
  const { sku, name, kind = '', prices, attributes, stock_tracked = true, sales = [], ...rest } = variant;
  return {
    key: newKey(),
    sku,
    name,
    kind,
    prices: pricesOf(prices),
    attributes: pairsOf(attributes),
    stockTracked: stock_tracked,
    sales: sales.map(({ prices: lower, from, until }) => ({ key: newKey(), prices: pricesOf(lower), from: toLocal(from), until: toLocal(until) })),
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

/** Undefined: it is no JSON object. Nothing is an empty one. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** What is sent; what cannot even be sent is named by where it would stand. */
export function toInput(draft: Draft, badPrice: string, badSchema = ''): { input: ProductInput; errors: FieldErrors } {
  const errors: Record<string, string> = {};
  const prices = (pairs: readonly Pair[], pointer: string) =>
    Object.fromEntries(
      pairs.map(({ name, value }) => {
        const currency = name.trim().toUpperCase();
        const amount = /^[A-Z]{3}$/.test(currency) ? fromDecimal(value, currency) : undefined;
        if (amount === undefined) errors[`${pointer}/prices/${currency}`] = badPrice;
        return [currency, amount ?? 0];
      }),
    );
  const sale = ({ prices: lower, from, until }: SaleDraft, pointer: string): Sale => ({
    prices: prices(lower, pointer),
    ...present({ from: fromLocal(from), until: fromLocal(until) }),
  });
  const schema = parseObject(draft.schema);
  if (schema === undefined) errors['/customization_schema'] = badSchema;
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
      options: listOf(draft.options),
      related: listOf(draft.related),
      customization_schema: schema ?? {},
      publish_at: fromLocal(draft.publishAt),
      unpublish_at: fromLocal(draft.unpublishAt),
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
      prices: prices(variant.prices, `/variants/${at}`),
      ...present({
        attributes: mapOf(variant.attributes),
        sales: variant.sales.map((one, number) => sale(one, `/variants/${at}/sales/${number}`)),
      }),
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
