import { ActionIcon, Button, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { ProductKind } from '../../api/types';
import { newKey, type Pair } from './draft';
import type { FieldErrors } from './parts';
import classes from './room.module.css';

interface PairsProps {
  title: string;
  names?: string;
  values?: string;
  pairs: Pair[];
  pointer: string;
  errors: FieldErrors;
  change: (to: Pair[]) => void;
}

/** A map being edited: its names and values in rows. */
export function Pairs({ title, names, values, pairs, pointer, errors, change }: PairsProps) {
  const { t } = useTranslation('office');
  const edit = (key: number, part: Partial<Pair>) => change(pairs.map((one) => (one.key === key ? { ...one, ...part } : one)));
  return (
    <div role="group" aria-label={title} className={classes.fields}>
      {pairs.map((pair) => (
        <div key={pair.key} className={classes.row}>
          <Text label={names ?? t('product.attribute')} value={pair.name} change={(name) => edit(pair.key, { name })} />
          <Text
            label={values ?? t('product.value')}
            value={pair.value}
            error={errors[`${pointer}/${values ? pair.name.trim().toUpperCase() : pair.name.trim()}`]}
            change={(value) => edit(pair.key, { value })}
          />
          <ActionIcon
            size="input-sm"
            variant="subtle"
            color="gray"
            aria-label={t('product.removePair', { name: pair.name })}
            onClick={() => change(pairs.filter(({ key }) => key !== pair.key))}
          >
            <IconX size={17} stroke={1.7} />
          </ActionIcon>
        </div>
      ))}
      <div className={classes.row}>
        <Button size="xs" variant="default" onClick={() => change([...pairs, { key: newKey(), name: '', value: '' }])}>
          {t('product.addPair', { title })}
        </Button>
      </div>
    </div>
  );
}

interface TextProps {
  label: string;
  description?: string;
  value: string;
  error?: string | undefined;
  change: (to: string) => void;
}

export function Text({ label, description, value, error, change }: TextProps) {
  return <TextInput label={label} description={description} value={value} error={error} onChange={({ currentTarget }) => change(currentTarget.value)} />;
}

export function Long({ label, description, value, error, change }: TextProps) {
  return <Textarea label={label} description={description} value={value} error={error} rows={6} onChange={({ currentTarget }) => change(currentTarget.value)} />;
}

interface KindProps {
  label: string;
  value: ProductKind | '';
  none?: string;
  error?: string | undefined;
  change: (to: ProductKind | '') => void;
}

export function Kind({ label, value, none, error, change }: KindProps) {
  const { t } = useTranslation('office');
  const kinds = (['physical', 'licence'] as const).map((one) => ({ value: one, label: t(`kind.${one}`) }));
  return (
    <NativeSelect
      label={label}
      value={value}
      error={error}
      onChange={({ currentTarget }) => change(currentTarget.value as ProductKind | '')}
      data={none === undefined ? kinds : [{ value: '' as const, label: none }, ...kinds]}
    />
  );
}

/** A date and a time of day, in the time zone of whoever writes. */
export function Moment({ label, description, value, error, change }: TextProps) {
  return (
    <TextInput type="datetime-local" step="any" label={label} description={description} value={value} error={error} onChange={({ currentTarget }) => change(currentTarget.value)} />
  );
}
