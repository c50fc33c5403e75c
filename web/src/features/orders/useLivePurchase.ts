import { useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api, unwrap } from '../../api/client';
import type { ServerEvent } from '../../api/sse';
import type { Purchase, TimelineEntry } from '../../api/types';
import { followPurchase } from './follow';
import { isFinal, later, withEntry } from './progress';
import { processKey, purchaseKey, purchaseQuery } from './queries';

/** Entries of the timeline come in bursts; what else they changed is read once for a burst. */
const burstMs = 150;

interface LivePurchase {
  purchase: UseQueryResult<Purchase>;
  /** `ended`: nothing more will happen. */
  connection: 'connecting' | 'live' | 'ended';
}

/** A purchase that keeps itself up to date. */
export function useLivePurchase(id: string): LivePurchase {
  const queries = useQueryClient();
  const purchase = useQuery(purchaseQuery(id));
  const [connection, setConnection] = useState<LivePurchase['connection']>('connecting');
  const known = purchase.data !== undefined;

  useEffect(() => {
    if (!known) return undefined;
    const stop = new AbortController();
    let burst: ReturnType<typeof setTimeout> | undefined;

    const put = (change: (old: Purchase) => Purchase) =>
      queries.setQueryData<Purchase>(purchaseKey(id), (old) => old && change(old));
    const readRest = async () => {
      void queries.invalidateQueries({ queryKey: processKey(id) });
      const read = await unwrap(api.GET('/api/purchases/{id}', { params: { path: { id } }, signal: stop.signal }));
      put((old) => later(old, read));
    };
    const soon = () => {
      clearTimeout(burst);
      burst = setTimeout(() => void readRest().catch(() => undefined), burstMs);
    };
    const onEvent = ({ event, data }: ServerEvent) => {
      if (event === 'snapshot') {
        const snapshot = JSON.parse(data) as Purchase;
        put((old) => later(old, snapshot));
      } else if (event === 'timeline') {
        const entry = JSON.parse(data) as TimelineEntry;
        put((old) => withEntry(old, entry));
        soon();
      }
    };
    const follow = async () => {
      await followPurchase(id, { onEvent, onConnected: (on) => setConnection(on ? 'live' : 'connecting') }, stop.signal);
      if (stop.signal.aborted) return;
      setConnection('ended');
      clearTimeout(burst);
      await readRest();
      await queries.invalidateQueries({ queryKey: ['own', 'owned-products'] });
    };
    void follow().catch(() => undefined);
    return () => {
      stop.abort();
      clearTimeout(burst);
    };
  }, [id, known, queries]);

  const settled = purchase.data !== undefined && isFinal(purchase.data.status) && connection !== 'live';
  return { purchase, connection: settled ? 'ended' : connection };
}
