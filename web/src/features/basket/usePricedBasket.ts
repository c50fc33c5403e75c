import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { api, unwrap } from '../../api/client';
import { ApiError } from '../../api/problem';
import type { PricedBasket } from '../../api/types';
import type { BasketLine } from './basket';

export type PricedLine = PricedBasket['lines'][number];

/** What the basket costs now and whether it can be had; asked anew whenever its lines change. */
export function usePricedBasket(lines: readonly BasketLine[]): UseQueryResult<PricedBasket> {
  const wanted = lines.map(({ sku, quantity }) => ({ sku, quantity }));
  return useQuery({
    queryKey: ['basket', wanted],
    queryFn: ({ signal }) => unwrap(api.POST('/api/baskets/price', { body: { lines: wanted }, signal })),
    enabled: wanted.length > 0,
    staleTime: 5_000,
    placeholderData: keepPreviousData,
  });
}

/** SKUs that the shop does not sell any more, as a refused pricing names them. */
export function unknownSkus(error: unknown, lines: readonly BasketLine[]): string[] {
  if (!(error instanceof ApiError)) return [];
  return (error.problem.errors ?? [])
    .filter(({ code }) => code === 'sku.unknown' || code === 'currency.not_sold')
    .map(({ pointer }) => lines[Number(/^\/lines\/(\d+)\//.exec(pointer)?.[1] ?? -1)]?.sku)
    .filter((sku) => sku !== undefined);
}
