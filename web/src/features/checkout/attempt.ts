import type { Address, PurchaseRequest } from '../../api/types';
import { canonical } from '../../ui/canonical';
import { randomId } from '../../ui/ids';
import { tabStore, type TextStore } from '../../ui/storage';

/** What a checkout knows; it outlives the visit to the provider's page and a reload, but not the tab. */
export interface CheckoutDraft {
  paymentSession?: string;
  address?: Address;
}

const draftKey = 'pps.checkout.v1';
const attemptKey = 'pps.purchase.v1';

export function readDraft(store: TextStore = tabStore): CheckoutDraft {
  return (parse(store.read(draftKey)) ?? {});
}

export function writeDraft(draft: CheckoutDraft, store: TextStore = tabStore): void {
  store.write(draftKey, JSON.stringify(draft));
}

/**
 * The idempotency key for buying exactly this. Asked again for the same request, after an unknown outcome, a retry or a
 * reload, it is the same key, so that nothing is bought twice; another request gets another key.
 */
export function keyFor(request: PurchaseRequest, store: TextStore = tabStore): string {
  const fingerprint = canonical(request);
  const kept = parse(store.read(attemptKey)) as { fingerprint?: unknown; key?: unknown } | undefined;
  if (kept?.fingerprint === fingerprint && typeof kept.key === 'string') return kept.key;
  const key = randomId();
  store.write(attemptKey, JSON.stringify({ fingerprint, key }));
  return key;
}

/** The purchase is accepted: the next one, be it for the same things, is another. */
export function finishCheckout(store: TextStore = tabStore): void {
  store.remove(attemptKey);
  store.remove(draftKey);
}

function parse(text: string | null): object | undefined {
  if (text === null) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
