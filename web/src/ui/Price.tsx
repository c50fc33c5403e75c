import { useTranslation } from 'react-i18next';
import type { Money } from '../api/types';
import { formatMoney } from './money';

export function useMoney(): (money: Money) => string {
  const { i18n } = useTranslation();
  return (money) => formatMoney(money, i18n.language);
}

export function Price({ value, className }: { value: Money; className?: string | undefined }) {
  const format = useMoney();
  return <span className={className ? `tabular ${className}` : 'tabular'}>{format(value)}</span>;
}
