import type { Money } from '../api/types';

/** Decimal places of a currency's minor unit (2 for EUR, 0 for JPY, 3 for KWD). */
function minorDigits(currency: string): number {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions()
    .maximumFractionDigits ?? 2;
}

/** Minor units as an exact decimal; no floating point on the way. */
export function toDecimal(money: Money): `${number}` {
  const digits = minorDigits(money.currency);
  const text = Math.abs(money.amount).toString().padStart(digits + 1, '0');
  const sign = money.amount < 0 ? '-' : '';
  const whole = text.slice(0, text.length - digits);
  const fraction = digits > 0 ? `.${text.slice(-digits)}` : '';
  return `${sign}${whole}${fraction}` as `${number}`;
}

/** A price as people of a language write it. */
export function formatMoney(money: Money, language: string): string {
  return new Intl.NumberFormat(language, { style: 'currency', currency: money.currency }).format(
    toDecimal(money),
  );
}

/** What somebody wrote as a decimal ("29.90", "29,90") in minor units; undefined if it is none, or has more decimals than there are. */
export function fromDecimal(text: string, currency: string): number | undefined {
  const parts = /^(\d{1,12})(?:[.,](\d+))?$/.exec(text.trim());
  if (!parts) return undefined;
  const digits = minorDigits(currency);
  const fraction = parts[2] ?? '';
  if (fraction.length > digits) return undefined;
  return Number(`${parts[1] ?? ''}${fraction.padEnd(digits, '0')}`);
}

export function times(money: Money, count: number): Money {
  return { amount: money.amount * count, currency: money.currency };
}
