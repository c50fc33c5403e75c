import type { Money } from '../api/types';
import { formatMoney } from './money';
import { useLocale } from './useLocale';

export function useMoney(): (money: Money) => string {
  const locale = useLocale();
  return (money) => formatMoney(money, locale);
}

export function Price({ value, className }: { value: Money; className?: string | undefined }) {
  const format = useMoney();
  return <span className={className ? `tabular ${className}` : 'tabular'}>{format(value)}</span>;
}
