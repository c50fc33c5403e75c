import { useEffect, useState } from 'react';
import { basket, type BasketLine } from './basket';
import { unknownSkus } from './usePricedBasket';

/**
 * What is not sold any more cannot be priced with the rest: it goes out of the basket.
 * @returns the names of what went, to tell the buyer
 */
export function useGoneLines(error: unknown, lines: readonly BasketLine[]): readonly string[] {
  const [gone, setGone] = useState<string[]>([]);
  useEffect(() => {
    const skus = unknownSkus(error, lines);
    if (skus.length === 0) return;
    setGone((names) => [...names, ...lines.filter(({ sku }) => skus.includes(sku)).map(({ name }) => name)]);
    basket.remove(...skus);
  }, [error, lines]);
  return gone;
}
