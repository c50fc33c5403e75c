import { useSyncExternalStore } from 'react';
import { basket, type BasketLine } from './basket';

export function useBasket(): readonly BasketLine[] {
  return useSyncExternalStore(basket.subscribe, basket.snapshot);
}
