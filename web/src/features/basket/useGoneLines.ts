import { useEffect, useState } from 'react';
import { basket, lineKey, type BasketLine } from './basket';
import { goneLines } from './usePricedBasket';

/**
 * What is not sold any more cannot be priced with the rest: it goes out of the basket.
 * @returns the names of what went, to tell the buyer
 */
export function useGoneLines(error: unknown, lines: readonly BasketLine[]): readonly string[] {
  const [gone, setGone] = useState<string[]>([]);
  useEffect(() => {
    const keys = goneLines(error, lines);
    if (keys.length === 0) return;
    setGone((names) => [...names, ...lines.filter((line) => keys.includes(lineKey(line))).map(({ name }) => name)]);
    basket.remove(...keys);
  }, [error, lines]);
  return gone;
}
