import { useTranslation } from 'react-i18next';
import type { AvailabilityStatus } from '../api/types';
import classes from './Availability.module.css';

interface AvailabilityProps {
  status: AvailabilityStatus;
  /** Exact units, if they are known. */
  quantity?: number | undefined;
}

export function Availability({ status, quantity }: AvailabilityProps) {
  const { t } = useTranslation();
  const text =
    status === 'low' && quantity !== undefined && quantity > 0
      ? t('availability.left', { count: quantity })
      : t(`availability.${status}`);
  return (
    <span className={classes.badge} data-status={status}>
      {text}
    </span>
  );
}
