import { Alert, Skeleton } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { hasCode } from '../../api/problem';
import type { Purchase } from '../../api/types';
import { NotFoundPage } from '../../app/NotFoundPage';
import { ErrorNote } from '../../ui/ErrorNote';
import { LinkButton } from '../../ui/LinkButton';
import { Page } from '../../ui/Page';
import { useDate } from '../../ui/useDate';
import { CancelOrder } from './CancelOrder';
import { OrderLines } from './OrderLines';
import classes from './OrderPage.module.css';
import { isFinal } from './progress';
import { processQuery } from './queries';
import { reasonKey } from './reason';
import { Stages } from './Stages';
import { shortNumber } from './shortNumber';
import { Timeline } from './Timeline';
import { useLivePurchase } from './useLivePurchase';

/** bpmn-js is larger than the rest of the shop together: it is fetched when an order is looked at. */
const ProcessDiagram = lazy(async () => ({ default: (await import('./ProcessDiagram')).ProcessDiagram }));

export function OrderPage() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const { purchase, connection } = useLivePurchase(id);
  const title = t('order.title', { number: shortNumber(id) });
  if (hasCode(purchase.error, 'purchase.not_found', 'request.malformed')) return <NotFoundPage />;
  return (
    <Page title={title} heading={false}>
      {purchase.data ? (
        <Order purchase={purchase.data} connection={connection} />
      ) : purchase.isError ? (
        <ErrorNote error={purchase.error} onRetry={() => void purchase.refetch()} />
      ) : (
        <Placeholder />
      )}
    </Page>
  );
}

function Order({ purchase, connection }: { purchase: Purchase; connection: 'connecting' | 'live' | 'ended' }) {
  const { t } = useTranslation();
  const date = useDate();
  const { id, status } = purchase;
  return (
    <>
      <header className={classes.head}>
        <div className={classes.meta}>
          <span>{t('order.title', { number: shortNumber(id) })}</span>
          <span>{t('order.placed', { date: date.dayTime(purchase.created_at) })}</span>
          {connection !== 'ended' && (
            <span className={classes.live} data-live={connection === 'live' || undefined}>
              {connection === 'live' ? t('order.live') : t('order.reconnecting')}
            </span>
          )}
        </div>
        <h1 className={classes.headline} aria-live="polite" data-testid="order-headline" data-status={status}>
          {t(`order.headline.${status}`)}
        </h1>
        {purchase.reason !== undefined && (status === 'failed' || status === 'cancelled' || status === 'compensating') && (
          <p className={classes.reason}>{t(`order.reason.${reasonKey(purchase.reason)}`)}</p>
        )}
        <Stages purchase={purchase} />
        <div className={classes.actions}>
          {status === 'completed' && <LinkButton to="/library">{t('order.openLibrary')}</LinkButton>}
          {isFinal(status) ? (
            <LinkButton to="/products" variant="default">
              {t('order.again')}
            </LinkButton>
          ) : (
            <CancelOrder purchase={purchase} />
          )}
        </div>
        {purchase.next_action && (
          <Alert color="orange" variant="light" className={classes.notice} title={t('order.authenticate')}>
            <a href={purchase.next_action.url}>{t('order.authenticateGo')}</a>
          </Alert>
        )}
        {purchase.attention && (
          <Alert color="orange" variant="light" className={classes.notice}>
            {t('order.attention')}
          </Alert>
        )}
      </header>
      <div className={classes.columns}>
        <OrderLines purchase={purchase} />
        <Timeline entries={purchase.timeline} />
      </div>
      <section className={classes.process} aria-labelledby="process">
        <h2 id="process">{t('order.process')}</h2>
        <p>{t('order.processHint')}</p>
        <Suspense fallback={<Skeleton height={320} radius="lg" />}>
          <ProcessDiagram query={processQuery(id)} />
        </Suspense>
      </section>
    </>
  );
}

function Placeholder() {
  return (
    <div aria-busy>
      <Skeleton height={16} width={260} mb={18} />
      <Skeleton height={46} width="55%" mb={34} />
      <Skeleton height={70} mb={40} radius="lg" />
      <div className={classes.columns}>
        <Skeleton height={240} radius="lg" />
        <Skeleton height={240} radius="lg" />
      </div>
    </div>
  );
}
