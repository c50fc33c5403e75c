import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { api, unwrap } from '../../api/client';
import { ApiError } from '../../api/problem';
import type { PricedBasket } from '../../api/types';
import { lineKey, type BasketLine } from './basket';

/** As the server prices it, with what it was asked for. */
export type PricedLine = PricedBasket['lines'][number] & Pick<BasketLine, 'customization'>;
export type Priced = Omit<PricedBasket, 'lines'> & { lines: PricedLine[] };

/** What the basket costs now and whether it can be had; asked anew whenever its lines change. */
export function usePricedBasket(lines: readonly BasketLine[]): UseQueryResult<Priced> {
  const wanted = lines.map(orderLine);
  return useQuery({
    queryKey: ['basket', wanted],
    queryFn: async ({ signal }) => {
      const priced = await unwrap(api.POST('/api/baskets/price', { body: { lines: wanted }, signal }));
      return { ...priced, lines: priced.lines.map((line, at) => ({ ...line, ...chosen(wanted[at]) })) };
    },
    enabled: wanted.length > 0,
    staleTime: 5_000,
    placeholderData: keepPreviousData,
  });
}

const chosen = (line: Pick<BasketLine, 'customization'> | undefined) => (line?.customization === undefined ? {} : { customization: line.customization });

/** What is asked for of a line. */
export function orderLine({ sku, quantity, customization }: Pick<BasketLine, 'sku' | 'quantity' | 'customization'>) {
  return { sku, quantity, ...(customization !== undefined && { customization }) };
}

/** Keys of lines that the shop does not sell any more, or not so, as a refused pricing names them. */
export function goneLines(error: unknown, lines: readonly BasketLine[]): string[] {
  if (!(error instanceof ApiError)) return [];
  return (error.problem.errors ?? [])
    .filter(({ code }) => code === 'sku.unknown' || code === 'currency.not_sold' || code === 'customization.invalid')
    .map(({ pointer }) => lines[Number(/^\/lines\/(\d+)\//.exec(pointer)?.[1] ?? -1)])
    .filter((line) => line !== undefined)
    .map(lineKey);
}
