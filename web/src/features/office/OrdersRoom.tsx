import { Button, Checkbox, NativeSelect } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import type { AdminPurchase, PurchaseStatus } from '../../api/types';
import { ErrorNote } from '../../ui/ErrorNote';
import { Loading } from '../../ui/Loading';
import { MoreButton } from '../../ui/MoreButton';
import { Price } from '../../ui/Price';
import { useDate } from '../../ui/useDate';
import { shortNumber } from '../orders/shortNumber';
import { Badge, RoomHead, Table, type Tone } from './parts';
import { ordersQuery } from './queries';
import classes from './room.module.css';

const statuses: readonly PurchaseStatus[] = [
  'accepted', 'reserving', 'awaiting_payment', 'payment_processing', 'in_review', 'preparing', 'capturing', 'releasing', 'completed',
  'compensating', 'cancelled', 'failed',
];

export function toneOf(status: PurchaseStatus): Tone {
  if (status === 'completed') return 'good';
  return status === 'cancelled' || status === 'failed' ? 'quiet' : 'warn';
}

export function OrdersRoom() {
  const { t } = useTranslation('office');
  const { t: shop } = useTranslation();
  const [params, setParams] = useSearchParams();
  const status = statuses.find((one) => one === params.get('status'));
  const attention = params.get('attention') === 'true';
  const customer = params.get('customer') ?? '';
  const orders = useInfiniteQuery(ordersQuery({ ...(status && { status }), ...(attention && { attention }), ...(customer && { customer }) }));
  const items = orders.data?.pages.flatMap((page) => page.items);
  const filter = (name: string, value: string) => {
    const next = new URLSearchParams(params);
    if (value) next.set(name, value);
    else next.delete(name);
    setParams(next);
  };
  return (
    <>
      <RoomHead title={t('room.orders')} />
      <div className={classes.bar}>
        <NativeSelect
          label={t('products.status')}
          value={status ?? ''}
          onChange={({ currentTarget }) => filter('status', currentTarget.value)}
          data={[{ value: '', label: t('orders.every') }, ...statuses.map((value) => ({ value, label: shop(`order.status.${value}`) }))]}
        />
        <Checkbox label={t('orders.attention')} checked={attention} onChange={({ currentTarget }) => filter('attention', currentTarget.checked ? 'true' : '')} />
        {customer !== '' && (
          <Button size="xs" variant="default" rightSection={<IconX size={14} aria-hidden />} onClick={() => filter('customer', '')}>
            {t('orders.ofCustomer', { number: shortNumber(customer) })}
          </Button>
        )}
      </div>
      {orders.isError && !items ? (
        <ErrorNote error={orders.error} onRetry={() => void orders.refetch()} />
      ) : !items ? (
        <Loading />
      ) : items.length === 0 ? (
        <p className={classes.quiet}>{t('orders.none')}</p>
      ) : (
        <OrderTable orders={items} />
      )}
      <MoreButton list={orders} />
    </>
  );
}

export function OrderTable({ orders }: { orders: readonly AdminPurchase[] }) {
  const { t } = useTranslation('office');
  const { t: shop } = useTranslation();
  const date = useDate();
  return (
    <Table
      label={t('room.orders')}
      columns={[{ title: t('orders.number') }, { title: t('orders.placed'), extra: true }, { title: t('orders.what') }, { title: t('products.status') }, { title: t('orders.total'), number: true }]}
    >
      {orders.map(({ purchase }) => (
        <tr key={purchase.id}>
          <td>
            <Link to={`/office/orders/${purchase.id}`}>{shortNumber(purchase.id)}</Link>
          </td>
          <td className={`${classes.quiet} ${classes.extra}`}><time dateTime={purchase.created_at}>{date.dayTime(purchase.created_at)}</time></td>
          <td>{purchase.lines.map(({ quantity, name }) => `${quantity} × ${name}`).join(', ')}</td>
          <td>
            <Badge tone={toneOf(purchase.status)}>{shop(`order.status.${purchase.status}`)}</Badge>{' '}
            {purchase.attention && <Badge tone="bad">{t('orders.look')}</Badge>}
          </td>
          <td className={classes.number}>
            <Price value={purchase.total} />
          </td>
        </tr>
      ))}
    </Table>
  );
}
