import { Skeleton } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, unwrap } from '../../api/client';
import type { OwnedProduct } from '../../api/types';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorNote } from '../../ui/ErrorNote';
import { LinkButton } from '../../ui/LinkButton';
import { MoreButton } from '../../ui/MoreButton';
import { Page } from '../../ui/Page';
import { ProductIcon } from '../../ui/ProductIcon';
import { useDate } from '../../ui/useDate';
import { pictureOf } from '../orders/OrderLines';
import classes from './LibraryPage.module.css';
import { LicenceKey } from './LicenceKey';

export function LibraryPage() {
  const { t } = useTranslation();
  const owned = useInfiniteQuery({
    queryKey: ['own', 'owned-products'],
    queryFn: ({ signal, pageParam }) =>
      unwrap(
        api.GET('/api/owned-products', {
          params: { query: { limit: 20, ...(pageParam !== '' && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
    staleTime: 0,
  });
  const items = owned.data?.pages.flatMap((page) => page.items);
  return (
    <Page title={t('library.title')} width="text">
      <p className={classes.lead}>{t('library.lead')}</p>
      {owned.isError && !items ? (
        <ErrorNote error={owned.error} onRetry={() => void owned.refetch()} />
      ) : !items ? (
        <div aria-busy>
          {[0, 1].map((row) => (
            <Skeleton key={row} height={150} radius="lg" mb={14} />
          ))}
        </div>
      ) : items.length === 0 ? (
        <EmptyState title={t('library.emptyTitle')} text={t('library.emptyText')}>
          <LinkButton to="/products">{t('home.browse')}</LinkButton>
        </EmptyState>
      ) : (
        <ul className={classes.items}>
          {items.map((item) => (
            <li key={item.id}>
              <OwnedCard item={item} />
            </li>
          ))}
        </ul>
      )}
      <MoreButton list={owned} />
    </Page>
  );
}

function OwnedCard({ item }: { item: OwnedProduct }) {
  const { t } = useTranslation();
  const date = useDate();
  return (
    <article className={classes.card} data-revoked={item.status === 'revoked' || undefined}>
      <div className={classes.head}>
        <ProductIcon slug={item.product_id} name={item.name} image={pictureOf(item.product_id)} size="md" />
        <div className={classes.what}>
          <h2 className={classes.name}>{item.name}</h2>
          <p>
            {item.variant}
            {item.quantity > 1 && ` · ${t('library.units', { count: item.quantity })}`}
          </p>
          <p>{item.status === 'revoked' ? t('library.revoked') : t('library.since', { date: date.day(item.acquired_at) })}</p>
        </div>
        <Link to={`/orders/${item.purchase_id}`} aria-label={`${t('library.order')}: ${item.name}`}>
          {t('library.order')}
        </Link>
      </div>
      {item.licence_keys?.map((key) => <LicenceKey key={key} value={key} />)}
      {item.tracking !== undefined && <p className={classes.tracking}>{t('order.tracking', { number: item.tracking })}</p>}
    </article>
  );
}
