import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, unwrap, unwrapWithEtag } from '../../api/client';
import type { Pins, ProductStatus, PurchaseStatus } from '../../api/types';
import type { processQuery } from '../orders/queries';
import type { Naming } from './words';

/** Everything here is of one's own account: it is forgotten with the session. */
const office = (...key: unknown[]) => ['own', 'office', ...key];

const nextCursor = (page: { next_cursor?: string }) => page.next_cursor;

export const productsQuery = (status: ProductStatus | undefined) =>
  infiniteQueryOptions({
    queryKey: office('products', status),
    queryFn: ({ pageParam, signal }) =>
      unwrap(api.GET('/api/admin/products', { params: { query: { limit: 50, ...(status && { status }), ...(pageParam && { cursor: pageParam }) } }, signal })),
    initialPageParam: '',
    getNextPageParam: nextCursor,
  });

/** The public search: it knows active products only. */
export const foundQuery = (q: string) =>
  queryOptions({
    queryKey: office('found', q),
    queryFn: ({ signal }) => unwrap(api.GET('/api/products', { params: { query: { q, limit: 50 } }, signal })),
    enabled: q !== '',
  });

export const productQuery = (id: string) =>
  queryOptions({
    queryKey: office('product', id),
    queryFn: ({ signal }) => unwrap(api.GET('/api/admin/products/{id}', { params: { path: { id } }, signal })),
    // A form is open on it: it is not replaced under whoever writes.
    staleTime: Infinity,
    gcTime: 0,
  });

export const historyQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: office('history', id),
    queryFn: ({ pageParam, signal }) =>
      unwrap(api.GET('/api/admin/products/{id}/history', { params: { path: { id }, query: { limit: 20, ...(pageParam > 0 && { before: pageParam }) } }, signal })),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next_before,
  });

export const versionQuery = (id: string, version: number) =>
  queryOptions({
    queryKey: office('version', id, version),
    queryFn: ({ signal }) => unwrap(api.GET('/api/admin/products/{id}/history/{version}', { params: { path: { id, version } }, signal })),
    staleTime: Infinity, // a version stays what it was
  });

/** What somebody else made of it meanwhile. `since` tells one conflict from the next. */
export const theirsQuery = (id: string, since: number) => queryOptions({ ...productQuery(id), queryKey: office('theirs', id, since) });

export const synonymsQuery = queryOptions({
  queryKey: office('synonyms'),
  queryFn: ({ signal }) => unwrapWithEtag(api.GET('/api/admin/search/synonyms', { signal })),
  staleTime: Infinity,
  gcTime: 0,
});

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const namesIn = (pins: Pins) => [...new Set(pins.items.flatMap(({ products }) => products))];

async function slugsOf(pins: Pins): Promise<Naming> {
  const named = namesIn(pins).map(async (id) => {
    const { product } = await unwrap(api.GET('/api/admin/products/{id}', { params: { path: { id } } }));
    return [id, product.slug] as const;
  });
  return Object.fromEntries(await Promise.all(named));
}

/** The ids of products that are named by their slugs; what nothing is named by is left out, for the server to refuse. */
export async function idsOf(pins: Pins): Promise<Naming> {
  const named = namesIn(pins)
    .filter((name) => !uuid.test(name))
    .map(async (slug) => {
      const answer = await api.GET('/api/products/by-slug/{slug}', { params: { path: { slug } } });
      return answer.data ? [[slug, answer.data.id] as const] : [];
    });
  return Object.fromEntries((await Promise.all(named)).flat());
}

export const pinsQuery = queryOptions({
  queryKey: office('pins'),
  queryFn: async ({ signal }) => {
    const kept = await unwrapWithEtag(api.GET('/api/admin/search/pins', { signal }));
    return { ...kept, slugs: await slugsOf(kept.data) };
  },
  staleTime: Infinity,
  gcTime: 0,
});

export const missedQuery = queryOptions({
  queryKey: office('missed'),
  queryFn: ({ signal }) => unwrap(api.GET('/api/admin/search/missed-queries', { params: { query: { limit: 50 } }, signal })),
});

export const importQuery = (id: string) =>
  queryOptions({
    queryKey: office('import', id),
    queryFn: ({ signal }) => unwrap(api.GET('/api/admin/products/import/{id}', { params: { path: { id } }, signal })),
    refetchInterval: ({ state }) => (state.data?.status === 'running' ? 500 : false),
    enabled: id !== '',
  });

export const stockQuery = (sku: string) =>
  queryOptions({
    queryKey: office('stock', sku),
    queryFn: ({ signal }) => unwrapWithEtag(api.GET('/api/admin/inventory/{sku}', { params: { path: { sku } }, signal })),
    enabled: sku !== '',
    staleTime: 0,
  });

export const movementsQuery = (sku: string) =>
  infiniteQueryOptions({
    queryKey: office('movements', sku),
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET('/api/admin/inventory/{sku}/movements', {
          params: { path: { sku }, query: { limit: 25, ...(pageParam && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: nextCursor,
    enabled: sku !== '',
    staleTime: 0,
  });

export interface OrderFilter {
  status?: PurchaseStatus;
  attention?: boolean;
  /** An account's id. */
  customer?: string;
}

export const ordersQuery = (filter: OrderFilter) =>
  infiniteQueryOptions({
    queryKey: office('orders', filter),
    queryFn: ({ pageParam, signal }) =>
      unwrap(api.GET('/api/admin/purchases', { params: { query: { limit: 50, ...filter, ...(pageParam && { cursor: pageParam }) } }, signal })),
    initialPageParam: '',
    getNextPageParam: nextCursor,
    staleTime: 5_000,
  });

export const orderQuery = (id: string) =>
  queryOptions({
    queryKey: office('order', id),
    queryFn: ({ signal }) => unwrap(api.GET('/api/admin/purchases/{id}', { params: { path: { id } }, signal })),
    staleTime: 0,
  });

/** For the storefront's diagram: the process behind anyone's purchase, followed while it runs. */
export const orderProcessQuery = (id: string): ReturnType<typeof processQuery> =>
  queryOptions({
    queryKey: ['own', 'office', 'process', id],
    queryFn: ({ signal }) => unwrap(api.GET('/api/admin/purchases/{id}/process', { params: { path: { id } }, signal })),
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? 2_000 : false),
    staleTime: 0,
  });

export const alertsQuery = infiniteQueryOptions({
  queryKey: office('alerts'),
  queryFn: ({ pageParam, signal }) =>
    unwrap(api.GET('/api/admin/alerts', { params: { query: { limit: 100, ...(pageParam && { cursor: pageParam }) } }, signal })),
  initialPageParam: '',
  getNextPageParam: nextCursor,
  staleTime: 5_000,
});

export const definitionsQuery = queryOptions({
  queryKey: office('definitions'),
  queryFn: ({ signal }) => unwrap(api.GET('/api/admin/processes', { signal })),
});

export const instancesQuery = infiniteQueryOptions({
  queryKey: office('instances'),
  queryFn: ({ pageParam, signal }) =>
    unwrap(api.GET('/api/admin/processes/instances', { params: { query: { limit: 50, ...(pageParam && { cursor: pageParam }) } }, signal })),
  initialPageParam: '',
  getNextPageParam: nextCursor,
  staleTime: 5_000,
});

export const incidentsQuery = infiniteQueryOptions({
  queryKey: office('incidents'),
  queryFn: ({ pageParam, signal }) =>
    unwrap(api.GET('/api/admin/processes/incidents', { params: { query: { limit: 50, ...(pageParam && { cursor: pageParam }) } }, signal })),
  initialPageParam: '',
  getNextPageParam: nextCursor,
  staleTime: 5_000,
});
