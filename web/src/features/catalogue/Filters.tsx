import { Button, Checkbox, NumberInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Category, FacetValue, ProductKind } from '../../api/types';
import { nameOf } from './categories';
import classes from './Filters.module.css';
import { toggle, without, type SearchState } from './searchState';

interface FiltersProps {
  state: SearchState;
  facets: Readonly<Record<string, FacetValue[]>>;
  categories: readonly Category[];
  onChange: (state: SearchState) => void;
}

const shownFirst = 7;

export function Filters({ state, facets, categories, onChange }: FiltersProps) {
  const { t } = useTranslation();
  return (
    <div className={classes.filters}>
      <Group title={t('search.facet.category')}>
        <Values
          values={facets.category ?? []}
          chosen={state.category !== undefined ? [state.category] : []}
          label={(slug) => nameOf(slug, categories)}
          onToggle={(slug) => onChange(state.category === slug ? without(state, 'category') : { ...state, category: slug })}
        />
      </Group>
      <Group title={t('search.facet.availability')}>
        <Checkbox
          label={t('search.inStock')}
          checked={state.available}
          onChange={({ currentTarget }) => onChange({ ...state, available: currentTarget.checked })}
        />
      </Group>
      <Group title={t('search.facet.price')}>
        <PriceRange key={`${state.priceMin ?? ''}-${state.priceMax ?? ''}`} state={state} onChange={onChange} />
      </Group>
      <Group title={t('search.facet.kind')}>
        <Values
          values={facets.kind ?? []}
          chosen={state.kind}
          label={(kind) => t(`kind.${kind as ProductKind}`)}
          onToggle={(kind) => onChange({ ...state, kind: toggle(state.kind, kind as ProductKind) })}
        />
      </Group>
      <Group title={t('search.facet.brand')}>
        <Values
          values={facets.brand ?? []}
          chosen={state.brand}
          label={(brand) => brand}
          onToggle={(brand) => onChange({ ...state, brand: toggle(state.brand, brand) })}
        />
      </Group>
      <Group title={t('search.facet.license')}>
        <Values
          values={facets['attr.license'] ?? []}
          chosen={state.license !== undefined ? [state.license] : []}
          label={(license) => license}
          onToggle={(license) => onChange(state.license === license ? without(state, 'license') : { ...state, license })}
        />
      </Group>
    </div>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className={classes.group}>
      <legend className={classes.legend}>{title}</legend>
      {children}
    </fieldset>
  );
}

interface ValuesProps {
  values: readonly FacetValue[];
  chosen: readonly string[];
  label: (value: string) => string;
  onToggle: (value: string) => void;
}

function Values({ values, chosen, label, onToggle }: ValuesProps) {
  const { t, i18n } = useTranslation();
  const [all, setAll] = useState(false);
  const number = new Intl.NumberFormat(i18n.language);
  // A chosen value stays in sight, even if nothing matches it any more.
  const missing = chosen
    .filter((value) => !values.some((other) => other.value === value))
    .map((value) => ({ value, count: 0 }));
  const every = [...missing, ...values];
  const shown = all ? every : every.filter(({ value }, index) => index < shownFirst || chosen.includes(value));
  const hidden = every.length - shown.length;
  return (
    <>
      {shown.map(({ value, count }) => (
        <Checkbox
          key={value}
          checked={chosen.includes(value)}
          onChange={() => onToggle(value)}
          classNames={{ body: classes.value, labelWrapper: classes.labelWrapper }}
          label={
            <span className={classes.label}>
              <span className={classes.name}>{label(value)}</span>
              <span className={`tabular ${classes.count ?? ''}`}>{number.format(count)}</span>
            </span>
          }
        />
      ))}
      {(hidden > 0 || all) && every.length > shownFirst && (
        <button type="button" className={classes.more} onClick={() => setAll(!all)}>
          {all ? t('search.fewerValues') : t('search.moreValues', { count: hidden })}
        </button>
      )}
    </>
  );
}

function PriceRange({ state, onChange }: Pick<FiltersProps, 'state' | 'onChange'>) {
  const { t } = useTranslation();
  const [min, setMin] = useState<number | string>(state.priceMin !== undefined ? state.priceMin / 100 : '');
  const [max, setMax] = useState<number | string>(state.priceMax !== undefined ? state.priceMax / 100 : '');
  const submit = (event: { preventDefault: () => void }) => {
    event.preventDefault();
    onChange({
      ...without(state, 'priceMin', 'priceMax'),
      ...(typeof min === 'number' && { priceMin: Math.round(min * 100) }),
      ...(typeof max === 'number' && { priceMax: Math.round(max * 100) }),
    });
  };
  const common = { size: 'sm', hideControls: true, min: 0, max: 1_000_000, decimalScale: 2, allowNegative: false, suffix: ' €' } as const;
  return (
    <form className={classes.range} onSubmit={submit}>
      <NumberInput {...common} aria-label={t('search.priceMin')} placeholder={t('search.priceMin')} value={min} onChange={setMin} />
      <NumberInput {...common} aria-label={t('search.priceMax')} placeholder={t('search.priceMax')} value={max} onChange={setMax} />
      <Button type="submit" size="sm" variant="default" px="sm" aria-label={t('search.priceApply')}>
        →
      </Button>
    </form>
  );
}
