import { Button } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, unwrap } from '../../api/client';
import type { AdminProduct } from '../../api/types';
import { ErrorNote } from '../../ui/ErrorNote';
import { Loading } from '../../ui/Loading';
import { MoreButton } from '../../ui/MoreButton';
import { useDate } from '../../ui/useDate';
import { Differences } from './Differences';
import { Badge, Refusal } from './parts';
import { historyQuery, versionQuery } from './queries';
import classes from './room.module.css';

interface HistoryProps {
  product: AdminProduct;
  /** What is in the form is not saved: it would be lost. */
  unsaved: boolean;
  onRestored: (product: AdminProduct) => void;
}

/** Who changed the product when, what it was before, and the way back. */
export function History({ product, unsaved, onRestored }: HistoryProps) {
  const { t } = useTranslation('office');
  const { dayTime } = useDate();
  const query = useInfiniteQuery(historyQuery(product.id));
  const [open, setOpen] = useState<number>();
  const versions = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <section className={classes.card} aria-labelledby="history">
      <h2 id="history">{t('history.title')}</h2>
      {query.isError && <ErrorNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Loading />}
      <ol className={classes.versions}>
        {versions.map(({ version, changed_at: changedAt, changed_by: by, current }) => (
          <li key={version}>
            <div className={classes.version}>
              <span>
                {t('history.version', { version })} · <time dateTime={changedAt}>{dayTime(changedAt)}</time>
              </span>
              <span className={classes.quiet}>{by === undefined ? '' : by === 'cli' ? t('history.byCommand') : t('history.by', { who: by })}</span>
              {current ? (
                <Badge tone="good">{t('history.current')}</Badge>
              ) : (
                <Button size="compact-xs" variant="default" aria-expanded={open === version} onClick={() => setOpen(open === version ? undefined : version)}>
                  {t('history.compare', { version })}
                </Button>
              )}
            </div>
            {open === version && <Earlier product={product} version={version} unsaved={unsaved} onRestored={onRestored} />}
          </li>
        ))}
      </ol>
      <MoreButton list={query} />
    </section>
  );
}

interface EarlierProps extends HistoryProps {
  version: number;
}

function Earlier({ product, version, unsaved, onRestored }: EarlierProps) {
  const { t } = useTranslation('office');
  const earlier = useQuery(versionQuery(product.id, version));
  const restore = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/api/admin/products/{id}/history/{version}/restore', {
          params: { path: { id: product.id, version }, header: { 'If-Match': `"${product.version}"` } },
        }),
      ),
    onSuccess: onRestored,
  });
  if (earlier.isError && !earlier.data) return <ErrorNote error={earlier.error} onRetry={() => void earlier.refetch()} />;
  if (!earlier.data) return <Loading />;
  return (
    <>
      <Differences
        left={earlier.data.product}
        right={product.product}
        titles={[t('history.version', { version }), t('history.now')]}
        same={t('history.same')}
      />
      {restore.isError && <Refusal error={restore.error} />}
      <Button size="xs" variant="light" loading={restore.isPending} disabled={unsaved} onClick={() => restore.mutate()}>
        {t('history.restore', { version })}
      </Button>
      {unsaved && <p className={classes.quiet}>{t('history.unsaved')}</p>}
    </>
  );
}
