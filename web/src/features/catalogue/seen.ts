import { localStore, type TextStore } from '../../ui/storage';

/** What is shown of a product that was looked at; no price, which would be an old one. */
export interface SeenProduct {
  slug: string;
  name: string;
  image?: string;
}

const key = 'pps.seen.v1';
const most = 7;

/** Latest first; kept in this browser alone. What is stored may have been changed by hand: what does not fit is dropped. */
export function seenProducts(store: TextStore = localStore): SeenProduct[] {
  try {
    const value: unknown = JSON.parse(store.read(key) ?? '[]');
    return Array.isArray(value) ? value.filter(isSeen).slice(0, most) : [];
  } catch {
    return [];
  }
}

export function noteSeen(product: SeenProduct, store: TextStore = localStore): void {
  const others = seenProducts(store).filter(({ slug }) => slug !== product.slug);
  store.write(key, JSON.stringify([product, ...others].slice(0, most)));
}

export function forgetSeen(store: TextStore = localStore): void {
  store.remove(key);
}

function isSeen(value: unknown): value is SeenProduct {
  if (typeof value !== 'object' || value === null) return false;
  const { slug, name, image } = value as Partial<Record<keyof SeenProduct, unknown>>;
  return typeof slug === 'string' && slug !== '' && typeof name === 'string' && (image === undefined || typeof image === 'string');
}
