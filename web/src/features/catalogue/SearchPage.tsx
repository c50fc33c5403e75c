import { Button, NativeSelect } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { IconAdjustmentsHorizontal } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorNote } from '../../ui/ErrorNote';
import { MoreButton } from '../../ui/MoreButton';
import { Page } from '../../ui/Page';
import { ActiveFilters } from './ActiveFilters';
import { nameOf } from './categories';
import { Filters } from './Filters';
import { ProductGrid } from './ProductGrid';
import { categoriesQuery, searchQuery } from './queries';
import classes from './SearchPage.module.css';
import { emptySearch, fromAddress, sorts, toAddress, without, type SearchState, type Sort } from './searchState';

export function SearchPage() {
  const { t, i18n } = useTranslation();
  const [params, setParams] = useSearchParams();
  const [open, setOpen] = useState(false);
  const state = fromAddress(params);
  const search = useInfiniteQuery(searchQuery(state));
  const categories = useQuery(categoriesQuery);
  const change = (next: SearchState) => setParams(toAddress(next), { preventScrollReset: true });

  const first = search.data?.pages[0];
  const products = search.data?.pages.flatMap(({ items }) => items);
  const total = first?.total ?? 0;
  const number = new Intl.NumberFormat(i18n.language);
  const title =
    state.q !== ''
      ? t('search.resultsFor', { query: state.q })
      : state.category !== undefined
        ? nameOf(state.category, categories.data?.items)
        : t('search.title');

  return (
    <Page
      title={title}
      aside={
        <NativeSelect
          className={classes.sort}
          label={t('search.sort')}
          value={state.sort ?? (state.q === '' ? 'name' : 'relevance')}
          onChange={({ currentTarget }) => change({ ...state, sort: currentTarget.value as Sort })}
          data={sorts
            .filter((sort) => sort !== 'relevance' || state.q !== '')
            .map((sort) => ({ value: sort, label: t(`search.sortBy.${sort}`) }))}
        />
      }
    >
      <div className={classes.layout}>
        <aside className={classes.aside} aria-label={t('search.filters')}>
          <Button
            className={classes.toggle}
            variant="default"
            leftSection={<IconAdjustmentsHorizontal size={18} aria-hidden />}
            aria-expanded={open}
            aria-controls="filters"
            onClick={() => setOpen(!open)}
          >
            {t('search.filters')}
          </Button>
          <div id="filters" className={classes.filters} data-open={open || undefined}>
            <Filters state={state} facets={first?.facets ?? {}} categories={categories.data?.items ?? []} onChange={change} />
          </div>
        </aside>
        <div className={classes.results}>
          <ActiveFilters state={state} categories={categories.data?.items} onChange={change} />
          <p className={classes.total} role="status">
            {first && t('search.total', { count: total, formatted: number.format(total) })}
            {first?.corrected_query !== undefined && <> · {t('search.corrected', { query: first.corrected_query })}</>}
            {first?.partial && <> · {t('search.partial')}</>}
          </p>
          {search.isError && !search.data ? (
            <ErrorNote error={search.error} onRetry={() => void search.refetch()} />
          ) : products?.length === 0 ? (
            <EmptyState art="nothing" title={t('search.emptyTitle')} text={t('search.emptyText')}>
              <Button variant="default" onClick={() => change(without({ ...emptySearch, q: state.q }))}>
                {t('search.clear')}
              </Button>
            </EmptyState>
          ) : (
            <div className={classes.grid} data-stale={search.isPlaceholderData || undefined}>
              <ProductGrid products={products} placeholders={12} columns={3} />
            </div>
          )}
          {search.hasNextPage && (
            <div className={classes.more}>
              <MoreButton list={search} />
              <span>{t('search.showing', { shown: number.format(products?.length ?? 0), total: number.format(total) })}</span>
            </div>
          )}
        </div>
      </div>
    </Page>
  );
}
