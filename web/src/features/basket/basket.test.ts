import { describe, expect, it, vi } from 'vitest';
import { memoryStore } from '../../ui/storage';
import { BasketStore, itemCount, maxLines, type BasketLine } from './basket';

const line = (sku: string, quantity = 1): BasketLine => ({
  sku,
  quantity,
  slug: sku,
  name: sku.toUpperCase(),
  variant: 'Licence',
  kind: 'licence',
  price: { amount: 1000, currency: 'EUR' },
});

describe('BasketStore', () => {
  it('adds up lines of the same SKU', () => {
    const basket = new BasketStore(memoryStore());
    basket.add(line('a', 2));
    basket.add(line('b'));
    basket.add(line('a', 3));
    expect(basket.snapshot().map(({ sku, quantity }) => [sku, quantity])).toEqual([['a', 5], ['b', 1]]);
    expect(itemCount(basket.snapshot())).toBe(6);
  });

  it('keeps quantities between 1 and 999', () => {
    const basket = new BasketStore(memoryStore());
    basket.add(line('a', 600));
    basket.add(line('a', 600));
    expect(basket.snapshot()[0]?.quantity).toBe(999);
    for (const [given, kept] of [[0, 1], [-4, 1], [2.7, 2], [1e9, 999], [Number.NaN, 1]] as const) {
      basket.setQuantity('a', given);
      expect(basket.snapshot()[0]?.quantity).toBe(kept);
    }
  });

  it('takes 50 lines and no more', () => {
    const basket = new BasketStore(memoryStore());
    for (let i = 0; i < maxLines; i++) expect(basket.add(line(`s${i}`))).toBe(true);
    expect(basket.add(line('one-more'))).toBe(false);
    expect(basket.add(line('s0'))).toBe(true);
    expect(basket.snapshot()).toHaveLength(maxLines);
  });

  it('is there after a reload', () => {
    const store = memoryStore();
    new BasketStore(store).add(line('a', 2));
    expect(new BasketStore(store).snapshot()).toEqual([line('a', 2)]);
  });

  it('removes and clears', () => {
    const store = memoryStore();
    const basket = new BasketStore(store);
    for (const sku of ['a', 'b', 'c']) basket.add(line(sku));
    basket.remove('a', 'c');
    expect(basket.snapshot().map(({ sku }) => sku)).toEqual(['b']);
    basket.clear();
    expect(store.read('pps.basket.v1')).toBeNull();
  });

  it('tells its listeners and keeps its snapshot otherwise', () => {
    const basket = new BasketStore(memoryStore());
    const listener = vi.fn();
    const stop = basket.subscribe(listener);
    const before = basket.snapshot();
    expect(basket.snapshot()).toBe(before);
    basket.add(line('a'));
    expect(listener).toHaveBeenCalledTimes(1);
    expect(basket.snapshot()).not.toBe(before);
    stop();
    basket.clear();
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it('sees what another tab did', () => {
    const store = memoryStore();
    const here = new BasketStore(store);
    const there = new BasketStore(store);
    there.add(line('a'));
    here.storageChanged('pps.basket.v1');
    expect(here.snapshot()).toHaveLength(1);
  });

  it.each([
    ['not JSON', '{'],
    ['no lines', '{}'],
    ['not an object', '7'],
    ['a line without price', JSON.stringify({ lines: [{ ...line('a'), price: undefined }] })],
    ['a quantity of 0', JSON.stringify({ lines: [line('a', 0)] })],
    ['a quantity that is text', JSON.stringify({ lines: [{ ...line('a'), quantity: '2' }] })],
    ['a kind nobody knows', JSON.stringify({ lines: [{ ...line('a'), kind: 'smell' }] })],
    ['null', JSON.stringify({ lines: [null] })],
  ])('ignores what it cannot use: %s', (_name, text) => {
    const store = memoryStore();
    store.write('pps.basket.v1', text);
    expect(new BasketStore(store).snapshot()).toEqual([]);
  });

  it('keeps the first of two lines with one SKU', () => {
    const store = memoryStore();
    store.write('pps.basket.v1', JSON.stringify({ lines: [line('a', 2), line('a', 5)] }));
    expect(new BasketStore(store).snapshot()).toEqual([line('a', 2)]);
  });
});
