import { Skeleton } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { PurchaseSummary } from '../../api/types';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorNote } from '../../ui/ErrorNote';
import { LinkButton } from '../../ui/LinkButton';
import { MoreButton } from '../../ui/MoreButton';
import { Page } from '../../ui/Page';
import { Price } from '../../ui/Price';
import { ProductIcon } from '../../ui/ProductIcon';
import { useDate } from '../../ui/useDate';
import { pictureOf } from './OrderLines';
import classes from './OrdersPage.module.css';
import { purchasesQuery } from './queries';
import { shortNumber } from './shortNumber';

const picturesShown = 4;

export function OrdersPage() {
  const { t } = useTranslation();
  const orders = useInfiniteQuery(purchasesQuery);
  const items = orders.data?.pages.flatMap((page) => page.items);
  return (
    <Page title={t('order.listTitle')} width="text">
      {orders.isError && !items ? (
        <ErrorNote error={orders.error} onRetry={() => void orders.refetch()} />
      ) : !items ? (
        <div aria-busy>
          {[0, 1, 2].map((row) => (
            <Skeleton key={row} height={104} radius="lg" mb={12} />
          ))}
        </div>
      ) : items.length === 0 ? (
        <EmptyState title={t('order.listEmptyTitle')} text={t('order.listEmptyText')}>
          <LinkButton to="/products">{t('home.browse')}</LinkButton>
        </EmptyState>
      ) : (
        <ul className={classes.orders}>
          {items.map((order) => (
            <li key={order.id}>
              <OrderCard order={order} />
            </li>
          ))}
        </ul>
      )}
      <MoreButton list={orders} />
    </Page>
  );
}

function OrderCard({ order }: { order: PurchaseSummary }) {
  const { t } = useTranslation();
  const date = useDate();
  const count = order.lines.reduce((sum, { quantity }) => sum + quantity, 0);
  return (
    <article className={classes.card}>
      <div className={classes.pictures}>
        {order.lines.slice(0, picturesShown).map((line) => (
          <ProductIcon key={line.line} slug={line.product_id} name={line.name} image={pictureOf(line.product_id)} size="sm" />
        ))}
      </div>
      <div className={classes.what}>
        <h2 className={classes.name}>
          <Link to={`/orders/${order.id}`} className={classes.link}>
            {order.lines.map(({ name }) => name).join(', ')}
          </Link>
        </h2>
        <p>
          {shortNumber(order.id)} · {date.day(order.created_at)} · {t('order.items', { count })}
        </p>
      </div>
      <div className={classes.end}>
        <Price value={order.total} className={classes.total} />
        <span className={classes.status} data-status={order.status}>
          {t(`order.status.${order.status}`)}
        </span>
      </div>
    </article>
  );
}
