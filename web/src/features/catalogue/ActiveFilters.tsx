import { IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Category } from '../../api/types';
import { useMoney } from '../../ui/Price';
import { nameOf } from './categories';
import classes from './ActiveFilters.module.css';
import { emptySearch, toggle, without, type SearchState } from './searchState';

interface ActiveFiltersProps {
  state: SearchState;
  categories?: readonly Category[] | undefined;
  onChange: (state: SearchState) => void;
}

/** What narrows the search, each with a way to take it away. */
export function ActiveFilters({ state, categories, onChange }: ActiveFiltersProps) {
  const { t } = useTranslation();
  const money = useMoney();
  const price = (amount: number) => money({ amount, currency: 'EUR' });
  const chips: { name: string; removed: SearchState }[] = [
    ...(state.category !== undefined
      ? [{ name: nameOf(state.category, categories), removed: without(state, 'category') }]
      : []),
    ...state.brand.map((brand) => ({ name: brand, removed: { ...state, brand: toggle(state.brand, brand) } })),
    ...state.kind.map((kind) => ({ name: t(`kind.${kind}`), removed: { ...state, kind: toggle(state.kind, kind) } })),
    ...(state.license !== undefined ? [{ name: state.license, removed: without(state, 'license') }] : []),
    ...(state.available ? [{ name: t('search.inStock'), removed: { ...state, available: false } }] : []),
    ...(state.priceMin !== undefined
      ? [{ name: `≥ ${price(state.priceMin)}`, removed: without(state, 'priceMin') }]
      : []),
    ...(state.priceMax !== undefined
      ? [{ name: `≤ ${price(state.priceMax)}`, removed: without(state, 'priceMax') }]
      : []),
  ];
  if (chips.length === 0) return null;
  return (
    <div className={classes.chips}>
      {chips.map(({ name, removed }) => (
        <button key={name} type="button" className={classes.chip} aria-label={t('search.remove', { name })} onClick={() => onChange(removed)}>
          {name}
          <IconX size={14} aria-hidden />
        </button>
      ))}
      <button type="button" className={classes.clear} onClick={() => onChange({ ...emptySearch, q: state.q, ...(state.sort && { sort: state.sort }) })}>
        {t('search.clear')}
      </button>
    </div>
  );
}
