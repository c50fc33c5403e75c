import { queryOptions } from '@tanstack/react-query';
import { api, unwrap } from '../../api/client';

export const meQuery = queryOptions({
  queryKey: ['own', 'me'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/auth/me', { signal })),
});

/** Which rooms of the back office an account may enter, in the order in which they stand. */
export const rooms = [
  { path: 'products', scope: 'catalogue:write' },
  { path: 'import', scope: 'catalogue:write' },
  { path: 'search', scope: 'catalogue:write' },
  { path: 'stock', scope: 'inventory:write' },
  { path: 'orders', scope: 'orders:write' },
  { path: 'processes', scope: 'processes:write' },
] as const;
export type Room = (typeof rooms)[number];

export function roomsFor(scopes: readonly string[]): readonly Room[] {
  return rooms.filter(({ scope }) => scopes.includes(scope));
}
