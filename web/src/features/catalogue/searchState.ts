import type { ProductKind } from '../../api/types';

export const sorts = ['relevance', '-popularity', 'name', 'price', '-price', '-created_at'] as const;
export type Sort = (typeof sorts)[number];

/** What is searched for; it stands in the address bar, so that a search can be shared and gone back to. */
export interface SearchState {
  q: string;
  category?: string;
  brand: string[];
  kind: ProductKind[];
  license?: string;
  available: boolean;
  /** Minor units. */
  priceMin?: number;
  /** Minor units. */
  priceMax?: number;
  sort?: Sort;
}

export const emptySearch: SearchState = { q: '', brand: [], kind: [], available: false };

const isKind = (value: string): value is ProductKind => value === 'physical' || value === 'licence';
const isSort = (value: string | null): value is Sort => (sorts as readonly (string | null)[]).includes(value);

export function fromAddress(params: URLSearchParams): SearchState {
  const category = params.get('category');
  const license = params.get('license');
  const sort = params.get('sort');
  const priceMin = amount(params.get('price_min'));
  const priceMax = amount(params.get('price_max'));
  return {
    q: (params.get('q') ?? '').trim().slice(0, 200),
    brand: [...new Set(params.getAll('brand').filter(Boolean))].slice(0, 20),
    kind: [...new Set(params.getAll('kind').filter(isKind))],
    available: params.get('available') === 'true',
    ...(category && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(category) && { category }),
    ...(license && { license }),
    ...(priceMin !== undefined && { priceMin }),
    ...(priceMax !== undefined && { priceMax }),
    ...(isSort(sort) && { sort }),
  };
}

export function toAddress(state: SearchState): URLSearchParams {
  const params = new URLSearchParams();
  if (state.q !== '') params.set('q', state.q);
  if (state.category !== undefined) params.set('category', state.category);
  for (const brand of state.brand) params.append('brand', brand);
  for (const kind of state.kind) params.append('kind', kind);
  if (state.license !== undefined) params.set('license', state.license);
  if (state.available) params.set('available', 'true');
  if (state.priceMin !== undefined) params.set('price_min', String(state.priceMin));
  if (state.priceMax !== undefined) params.set('price_max', String(state.priceMax));
  if (state.sort !== undefined) params.set('sort', state.sort);
  return params;
}

/** The state without some of its members. */
export function without(state: SearchState, ...names: ('category' | 'license' | 'priceMin' | 'priceMax' | 'sort')[]): SearchState {
  const next = { ...state };
  for (const name of names) Reflect.deleteProperty(next, name);
  return next;
}

export function toggle<T>(values: readonly T[], value: T): T[] {
  return values.includes(value) ? values.filter((other) => other !== value) : [...values, value];
}

function amount(text: string | null): number | undefined {
  if (text === null || !/^\d{1,12}$/.test(text)) return undefined;
  return Math.min(Number(text), 100_000_000_000);
}
