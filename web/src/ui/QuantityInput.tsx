import { IconMinus, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './QuantityInput.module.css';

interface QuantityInputProps {
  value: number;
  max: number;
  onChange: (value: number) => void;
  /** What it is the quantity of, for those who cannot see where it stands. */
  of?: string;
  disabled?: boolean;
}

export function QuantityInput({ value, max, onChange, of, disabled = false }: QuantityInputProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState<string | undefined>();
  const suffix = of === undefined ? '' : `: ${of}`;
  const commit = () => {
    const number = Number(typed);
    if (typed !== undefined && Number.isInteger(number) && number >= 1) onChange(Math.min(number, max));
    setTyped(undefined);
  };
  return (
    <div className={classes.quantity}>
      <button type="button" aria-label={t('product.less') + suffix} disabled={disabled || value <= 1} onClick={() => onChange(value - 1)}>
        <IconMinus size={16} stroke={2} aria-hidden />
      </button>
      <input
        inputMode="numeric"
        aria-label={t('product.quantity') + suffix}
        value={typed ?? String(value)}
        disabled={disabled}
        maxLength={3}
        onChange={({ currentTarget }) => setTyped(currentTarget.value.replace(/\D/g, ''))}
        onBlur={commit}
        onKeyDown={({ key }) => {
          if (key === 'Enter') commit();
          if (key === 'ArrowUp' && value < max) onChange(value + 1);
          if (key === 'ArrowDown' && value > 1) onChange(value - 1);
        }}
      />
      <button type="button" aria-label={t('product.more') + suffix} disabled={disabled || value >= max} onClick={() => onChange(value + 1)}>
        <IconPlus size={16} stroke={2} aria-hidden />
      </button>
    </div>
  );
}
