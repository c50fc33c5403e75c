import { useMutation } from '@tanstack/react-query';
import { api, unwrap } from '../../api/client';
import { hasCode, isTransient } from '../../api/problem';
import type { PurchaseRequest } from '../../api/types';
import { basket } from '../basket/basket';
import { finishCheckout, keyFor } from './attempt';

interface Outcomes {
  onPlaced: (id: string) => void;
  onPriceChanged: () => void;
}

/**
 * Places a purchase. An answer that does not come is asked for again with the same key, a few times by itself and then by
 * the buyer's hand; the server takes the purchase once however often it is asked.
 */
export function usePlacePurchase({ onPlaced, onPriceChanged }: Outcomes) {
  return useMutation({
    mutationFn: (request: PurchaseRequest) =>
      unwrap(
        api.POST('/api/purchases', {
          params: { header: { 'Idempotency-Key': keyFor(request) } },
          body: request,
        }),
      ),
    retry: (failures, error) => failures < 3 && isTransient(error),
    retryDelay: (attempt) => 400 * 2 ** attempt,
    onSuccess: ({ id }) => {
      finishCheckout();
      onPlaced(id);
      basket.clear();
    },
    onError: (error) => {
      if (hasCode(error, 'price.changed', 'stock.insufficient')) onPriceChanged();
    },
  });
}
