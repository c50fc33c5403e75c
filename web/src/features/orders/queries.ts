import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, unwrap } from '../../api/client';

export const purchaseKey = (id: string) => ['own', 'purchase', id];
export const processKey = (id: string) => ['own', 'process', id];

export function purchaseQuery(id: string) {
  return queryOptions({
    queryKey: purchaseKey(id),
    queryFn: ({ signal }) => unwrap(api.GET('/api/purchases/{id}', { params: { path: { id } }, signal })),
  });
}

export function processQuery(id: string) {
  return queryOptions({
    queryKey: processKey(id),
    queryFn: ({ signal }) => unwrap(api.GET('/api/purchases/{id}/process', { params: { path: { id } }, signal })),
  });
}

export const purchasesQuery = infiniteQueryOptions({
  queryKey: ['own', 'purchases'],
  queryFn: ({ signal, pageParam }) =>
    unwrap(
      api.GET('/api/purchases', {
        params: { query: { limit: 20, ...(pageParam !== '' && { cursor: pageParam }) } },
        signal,
      }),
    ),
  initialPageParam: '',
  getNextPageParam: (page) => page.next_cursor,
  staleTime: 0,
});
