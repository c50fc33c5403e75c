/** The message for a stable reason code; reasons the page does not know get a general one. */
export type ReasonKey =
  | 'stock_insufficient'
  | 'payment_declined'
  | 'payment_not_confirmed'
  | 'expired'
  | 'customer_cancelled'
  | 'operator_cancelled'
  | 'other';

const known: Record<string, ReasonKey> = {
  'stock.insufficient': 'stock_insufficient',
  'payment.declined': 'payment_declined',
  'capture.refused': 'payment_declined',
  'payment.not_confirmed': 'payment_not_confirmed',
  'hold.expired': 'expired',
  'purchase.expired': 'expired',
  'customer.cancelled': 'customer_cancelled',
  'operator.cancelled': 'operator_cancelled',
};

export function reasonKey(reason: string): ReasonKey {
  return known[reason] ?? 'other';
}
