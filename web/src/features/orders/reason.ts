/** The message for a stable reason code; reasons the page does not know get a general one. */
export type ReasonKey = 'stock_insufficient' | 'payment_declined' | 'customer_cancelled' | 'operator_cancelled' | 'other';

const known: Record<string, ReasonKey> = {
  'stock.insufficient': 'stock_insufficient',
  'payment.declined': 'payment_declined',
  'customer.cancelled': 'customer_cancelled',
  'operator.cancelled': 'operator_cancelled',
};

export function reasonKey(reason: string): ReasonKey {
  return known[reason] ?? 'other';
}
