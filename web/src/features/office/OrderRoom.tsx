import { Button, Skeleton } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { api, unwrap } from '../../api/client';
import { hasCode } from '../../api/problem';
import type { AdminPurchase } from '../../api/types';
import { NotFoundPage } from '../../app/NotFoundPage';
import { ErrorNote } from '../../ui/ErrorNote';
import { Loading } from '../../ui/Loading';
import { Price } from '../../ui/Price';
import { useDate } from '../../ui/useDate';
import { isFinal } from '../orders/progress';
import { shortNumber } from '../orders/shortNumber';
import { Timeline } from '../orders/Timeline';
import { IncidentTable } from './IncidentTable';
import { toneOf } from './OrdersRoom';
import { Badge, Refusal, RoomHead, Table } from './parts';
import { orderProcessQuery, orderQuery } from './queries';
import classes from './room.module.css';

const ProcessDiagram = lazy(async () => ({ default: (await import('../orders/ProcessDiagram')).ProcessDiagram }));

export function OrderRoom() {
  const { id = '' } = useParams();
  const order = useQuery({ ...orderQuery(id), refetchInterval: ({ state }) => (state.data && isFinal(state.data.purchase.status) ? false : 2_000) });
  if (hasCode(order.error, 'purchase.not_found', 'request.malformed')) return <NotFoundPage />;
  if (order.isError && !order.data) return <ErrorNote error={order.error} onRetry={() => void order.refetch()} />;
  return order.data ? <Order order={order.data} /> : <Loading />;
}

function Order({ order }: { order: AdminPurchase }) {
  const { t: shop } = useTranslation();
  const { purchase } = order;
  const [refused, setRefused] = useState<unknown>();
  return (
    <>
      <RoomHead title={shop('order.title', { number: shortNumber(purchase.id) })}>
        <Badge tone={toneOf(purchase.status)}>{shop(`order.status.${purchase.status}`)}</Badge>
        <Actions order={order} onError={setRefused} />
      </RoomHead>
      {refused != null && <Refusal error={refused} />}
      {order.incidents.length > 0 && <IncidentTable incidents={order.incidents} />}
      <div className={classes.columns}>
        <div>
          <Lines order={order} />
          <Timeline entries={purchase.timeline} />
        </div>
        <div>
          <Facts order={order} />
          <Ledger order={order} />
        </div>
      </div>
      <section className={classes.section} aria-labelledby="process">
        <h2 id="process">{shop('order.process')}</h2>
        <Suspense fallback={<Skeleton height={320} radius="md" />}>
          <ProcessDiagram query={orderProcessQuery(purchase.id)} />
        </Suspense>
      </section>
    </>
  );
}

function Actions({ order, onError }: { order: AdminPurchase; onError: (error: unknown) => void }) {
  const { t } = useTranslation('office');
  const queries = useQueryClient();
  const [asked, setAsked] = useState(false);
  const id = order.purchase.id;
  const outcome = {
    onMutate: () => onError(undefined),
    onError,
    onSuccess: (changed: AdminPurchase) => queries.setQueryData(orderQuery(id).queryKey, changed),
  };
  const retry = useMutation({ mutationFn: () => unwrap(api.POST('/api/admin/purchases/{id}/retry', { params: { path: { id } } })), ...outcome });
  const cancel = useMutation({ mutationFn: () => unwrap(api.POST('/api/admin/purchases/{id}/cancel', { params: { path: { id } } })), ...outcome });
  const mayCancel = !isFinal(order.purchase.status) && order.purchase.status !== 'compensating';
  return (
    <>
      {order.incidents.length > 0 && (
        <Button size="xs" loading={retry.isPending} onClick={() => retry.mutate()}>
          {t('orders.retry')}
        </Button>
      )}
      {mayCancel && (
        <Button size="xs" variant="light" color="red" loading={cancel.isPending} onClick={() => (asked ? cancel.mutate() : setAsked(true))}>
          {asked ? t('orders.cancelSure') : t('orders.cancel')}
        </Button>
      )}
    </>
  );
}

function Lines({ order }: { order: AdminPurchase }) {
  const { t } = useTranslation('office');
  return (
    <Table
      label={t('orders.what')}
      columns={[{ title: t('product.sku') }, { title: t('products.name') }, { title: t('stock.units'), number: true }, { title: t('orders.delivery') }, { title: t('orders.total'), number: true }]}
    >
      {order.purchase.lines.map((line) => (
        <tr key={line.line}>
          <td className={classes.mono}>{line.sku}</td>
          <td>{line.name}</td>
          <td className={classes.number}>{line.quantity}</td>
          <td>
            {t(`orders.fulfilment.${line.fulfilment.status}`)} {line.fulfilment.tracking && <span className={classes.mono}>{line.fulfilment.tracking}</span>}
          </td>
          <td className={classes.number}>
            <Price value={line.total} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function Facts({ order }: { order: AdminPurchase }) {
  const { t } = useTranslation('office');
  const date = useDate();
  const { purchase, payment } = order;
  const facts: [string, ReactNode][] = [
    [t('orders.placed'), date.dayTime(purchase.created_at)],
    [t('orders.total'), <Price key="total" value={purchase.total} />],
    [t('orders.customer'), <Link key="customer" to={`/office/orders?customer=${order.customer_id}`} className={classes.mono}>{order.customer_id}</Link>],
    [t('orders.client'), order.client_id],
  ];
  if (purchase.reason !== undefined) facts.push([t('orders.reason'), <code key="reason">{purchase.reason}</code>]);
  if (payment) {
    facts.push(
      [t('orders.intent'), <span key="intent" className={classes.mono}>{payment.intent_id}</span>],
      [t('orders.authorized'), <Price key="authorized" value={payment.authorized} />],
      [t('orders.captured'), <Price key="captured" value={payment.captured} />],
      [t('orders.refunded'), <Price key="refunded" value={payment.refunded} />],
    );
  }
  return (
    <section className={classes.card} aria-labelledby="facts">
      <h2 id="facts">{t('orders.facts')}</h2>
      <dl className={classes.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Ledger({ order }: { order: AdminPurchase }) {
  const { t } = useTranslation('office');
  const tones = { asked: 'warn', done: 'good', undone: 'quiet', refused: 'bad' } as const;
  return (
    <section className={classes.section} aria-labelledby="ledger">
      <h2 id="ledger">{t('orders.ledger')}</h2>
      <Table label={t('orders.ledger')} columns={[{ title: t('orders.effect') }, { title: t('orders.line'), number: true }, { title: t('products.status') }]}>
        {order.effects.map((one) => (
          <tr key={`${one.effect}/${one.line ?? 0}`}>
            <td>{one.effect}</td>
            <td className={classes.number}>{one.line}</td>
            <td>
              <Badge tone={tones[one.state]}>{t(`orders.state.${one.state}`)}</Badge>
            </td>
          </tr>
        ))}
      </Table>
    </section>
  );
}
