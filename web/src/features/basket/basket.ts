import type { Customization, Money, ProductKind } from '../../api/types';
import { canonical } from '../../ui/canonical';
import { localStore, type TextStore } from '../../ui/storage';

/** A line of the basket. All but `sku` and `quantity` is what the page showed last, to draw at once; prices are asked anew. */
export interface BasketLine {
  sku: string;
  quantity: number;
  slug: string;
  name: string;
  variant: string;
  kind: ProductKind;
  price: Money;
  image?: string;
  customization?: Customization;
}

/** What tells one line from another: the same thing with another engraving is another line. */
export function lineKey({ sku, customization }: Pick<BasketLine, 'sku' | 'customization'>): string {
  return customization === undefined ? sku : `${sku} ${canonical(customization)}`;
}

export const maxLines = 50;
export const maxQuantity = 999;
const key = 'pps.basket.v1';

/** The basket: kept in the browser, shared by its tabs. */
export class BasketStore {
  private lines: readonly BasketLine[];
  private readonly listeners = new Set<() => void>();

  constructor(private readonly store: TextStore) {
    this.lines = decode(store.read(key));
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** The same array until something changes. */
  readonly snapshot = (): readonly BasketLine[] => this.lines;

  /** Adds a line, or its quantity to the line of the same key. False if the basket is full. */
  add(line: BasketLine): boolean {
    const present = this.lines.find((old) => lineKey(old) === lineKey(line));
    if (!present && this.lines.length >= maxLines) return false;
    const quantity = clamp((present?.quantity ?? 0) + line.quantity);
    const next = { ...line, quantity };
    this.set(present ? this.lines.map((old) => (old === present ? next : old)) : [...this.lines, next]);
    return true;
  }

  setQuantity(lineOf: string, quantity: number): void {
    this.set(this.lines.map((line) => (lineKey(line) === lineOf ? { ...line, quantity: clamp(quantity) } : line)));
  }

  remove(...keys: string[]): void {
    this.set(this.lines.filter((line) => !keys.includes(lineKey(line))));
  }

  clear(): void {
    this.set([]);
  }

  /** Another tab changed it. */
  storageChanged(changed: string | null): void {
    if (changed !== key && changed !== null) return;
    this.lines = decode(this.store.read(key));
    this.notify();
  }

  private set(lines: readonly BasketLine[]): void {
    this.lines = lines;
    if (lines.length > 0) this.store.write(key, JSON.stringify({ lines }));
    else this.store.remove(key);
    this.notify();
  }

  private notify(): void {
    for (const listener of this.listeners) listener();
  }
}

export function itemCount(lines: readonly BasketLine[]): number {
  return lines.reduce((sum, line) => sum + line.quantity, 0);
}

function clamp(quantity: number): number {
  if (!Number.isFinite(quantity)) return 1;
  return Math.min(maxQuantity, Math.max(1, Math.trunc(quantity)));
}

/** What is stored may be of an older page or changed by hand: what does not fit is dropped. */
function decode(text: string | null): BasketLine[] {
  if (text === null) return [];
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('lines' in value) || !Array.isArray(value.lines)) return [];
    const seen = new Set<string>();
    return value.lines.filter(isLine).filter((line) => !seen.has(lineKey(line)) && seen.add(lineKey(line))).slice(0, maxLines);
  } catch {
    return [];
  }
}

function isLine(value: unknown): value is BasketLine {
  if (typeof value !== 'object' || value === null) return false;
  const line = value as Partial<Record<keyof BasketLine, unknown>>;
  const price = line.price as Partial<Money> | undefined | null;
  return (
    [line.sku, line.slug, line.name, line.variant].every((text) => typeof text === 'string' && text !== '') &&
    (line.kind === 'physical' || line.kind === 'licence') &&
    Number.isInteger(line.quantity) &&
    (line.quantity as number) >= 1 &&
    (line.quantity as number) <= maxQuantity &&
    Number.isSafeInteger(price?.amount) &&
    typeof price?.currency === 'string' &&
    (line.image === undefined || typeof line.image === 'string') &&
    (line.customization === undefined || (typeof line.customization === 'object' && line.customization !== null && !Array.isArray(line.customization)))
  );
}

export const basket = new BasketStore(localStore);
