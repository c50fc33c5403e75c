import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import i18next from 'i18next';
import { api, unwrap } from '../../api/client';
import type { SearchState } from './searchState';

const pageSize = 24;
/** Texts are asked for in the language of the page; English is the shop's own. */
const lang = () => (i18next.language === 'en' ? {} : { lang: i18next.language });
export const facetNames = ['category', 'brand', 'kind', 'attr.license'];

export const categoriesQuery = queryOptions({
  queryKey: ['categories'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/categories', { signal })),
  staleTime: 10 * 60_000,
});

export function productQuery(slug: string) {
  return queryOptions({
    queryKey: ['product', slug, lang()],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/products/by-slug/{slug}', { params: { path: { slug }, query: lang() }, signal })),
  });
}

export function availabilityQuery(skus: string[]) {
  return queryOptions({
    queryKey: ['availability', ...skus],
    queryFn: ({ signal }) => unwrap(api.GET('/api/availability', { params: { query: { sku: skus } }, signal })),
    staleTime: 5_000,
    enabled: skus.length > 0,
  });
}

/** A shelf: the first products of a category, or of all. */
export function shelfQuery(shelf: { category?: string; sort?: '-created_at' | '-popularity'; limit: number }) {
  return queryOptions({
    queryKey: ['shelf', shelf, lang()],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/products', { params: { query: { ...shelf, ...lang(), available: true } }, signal })),
    staleTime: 5 * 60_000,
  });
}

export function relatedQuery(id: string) {
  return queryOptions({
    queryKey: ['related', id, lang()],
    queryFn: ({ signal }) => unwrap(api.GET('/api/products/{id}/related', { params: { path: { id }, query: lang() }, signal })),
    staleTime: 5 * 60_000,
  });
}

export function suggestQuery(q: string) {
  return queryOptions({
    queryKey: ['suggest', q, lang()],
    queryFn: ({ signal }) => unwrap(api.GET('/api/products/suggest', { params: { query: { q, ...lang(), limit: 6 } }, signal })),
    enabled: q !== '',
    placeholderData: keepPreviousData,
  });
}

export function searchQuery(state: SearchState) {
  const { q, category, brand, kind, license, available, priceMin, priceMax, sort } = state;
  return infiniteQueryOptions({
    queryKey: ['search', state, lang()],
    queryFn: ({ signal, pageParam }) =>
      unwrap(
        api.GET('/api/products', {
          params: {
            query: {
              ...lang(),
              ...(q !== '' && { q }),
              ...(category !== undefined && { category }),
              ...(brand.length > 0 && { brand }),
              ...(kind.length > 0 && { kind }),
              ...(license !== undefined && { attributes: { 'attr.license': license } }),
              ...(available && { available }),
              ...(priceMin !== undefined && { price_min: priceMin }),
              ...(priceMax !== undefined && { price_max: priceMax }),
              ...(sort !== undefined && { sort }),
              ...(pageParam !== '' && { cursor: pageParam }),
              facets: facetNames,
              limit: pageSize,
            },
          },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });
}
