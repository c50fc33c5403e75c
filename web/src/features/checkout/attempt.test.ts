import { describe, expect, it } from 'vitest';
import type { PurchaseRequest } from '../../api/types';
import { memoryStore } from '../../ui/storage';
import { canonical } from '../../ui/canonical';
import { finishCheckout, keyFor, readDraft, writeDraft } from './attempt';

const request = (amount = 2900): PurchaseRequest => ({
  lines: [{ sku: 'gimp-lic', quantity: 1 }],
  payment_method: 'pm_card_visa',
  expected_total: { amount, currency: 'EUR' },
});

describe('keyFor', () => {
  it('is the same for the same request, after a reload too', () => {
    const store = memoryStore();
    const key = keyFor(request(), store);
    expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(keyFor(request(), store)).toBe(key);
  });

  it('does not depend on the order of members', () => {
    const store = memoryStore();
    const key = keyFor(request(), store);
    const { lines, payment_method, expected_total } = request();
    expect(keyFor({ expected_total, payment_method, lines }, store)).toBe(key);
  });

  it('changes with the total, the lines and the means of payment', () => {
    const store = memoryStore();
    const keys = [
      keyFor(request(), store),
      keyFor(request(3100), store),
      keyFor({ ...request(), lines: [{ sku: 'gimp-lic', quantity: 2 }] }, store),
      keyFor({ ...request(), payment_method: 'pm_other' }, store),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('is a new one once the purchase is accepted', () => {
    const store = memoryStore();
    const key = keyFor(request(), store);
    finishCheckout(store);
    expect(keyFor(request(), store)).not.toBe(key);
  });

  it.each(['{', 'null', '7', '{"fingerprint":1}'])('does without what is stored if it is %s', (text) => {
    const store = memoryStore();
    store.write('pps.purchase.v1', text);
    expect(keyFor(request(), store)).toHaveLength(36);
  });
});

it('the draft is kept and forgotten', () => {
  const store = memoryStore();
  expect(readDraft(store)).toEqual({});
  writeDraft({ paymentSession: 'cs_1' }, store);
  expect(readDraft(store)).toEqual({ paymentSession: 'cs_1' });
  finishCheckout(store);
  expect(readDraft(store)).toEqual({});
});

it('canonical sorts members at every depth and leaves lists alone', () => {
  expect(canonical({ b: [{ d: 1, c: 2 }, 3], a: 'x' })).toBe('{"a":"x","b":[{"c":2,"d":1},3]}');
});
