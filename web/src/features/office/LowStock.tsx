import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ErrorNote } from '../../ui/ErrorNote';
import { Loading } from '../../ui/Loading';
import { MoreButton } from '../../ui/MoreButton';
import { Badge, Table } from './parts';
import { alertsQuery } from './queries';
import classes from './room.module.css';

/** What runs low: the first `most` of them, or all, page by page. */
export function LowStock({ most }: { most?: number }) {
  const { t } = useTranslation('office');
  const alerts = useInfiniteQuery(alertsQuery);
  const items = alerts.data?.pages.flatMap((page) => page.items);
  return (
    <section className={classes.section} aria-labelledby="low">
      <h2 id="low">{t('stock.low')}</h2>
      {alerts.isError && !items ? (
        <ErrorNote error={alerts.error} onRetry={() => void alerts.refetch()} />
      ) : !items ? (
        <Loading />
      ) : items.length === 0 ? (
        <p className={classes.quiet}>{t('stock.noneLow')}</p>
      ) : (
        <Table
          label={t('stock.low')}
          columns={[
            { title: t('product.sku') },
            { title: t('products.status') },
            { title: t('stock.available'), number: true },
            { title: t('stock.threshold'), number: true, extra: true },
          ]}
        >
          {items.slice(0, most).map(({ level, name, variant, status }) => (
            <tr key={level.sku}>
              <td>
                <Link to={`/office/stock?sku=${encodeURIComponent(level.sku)}`}>{level.sku}</Link>
                <div className={classes.quiet}>
                  {name}, {variant}
                </div>
              </td>
              <td>
                <Badge tone={status === 'out' ? 'bad' : 'warn'}>{t(`stock.status.${status}`)}</Badge>
              </td>
              <td className={classes.number}>{level.available}</td>
              <td className={`${classes.number} ${classes.extra}`}>{level.policy.low_stock_threshold}</td>
            </tr>
          ))}
        </Table>
      )}
      {most === undefined ? (
        <MoreButton list={alerts} />
      ) : (
        items !== undefined && items.length > most && <Link to="/office/stock">{t('desk.all')}</Link>
      )}
    </section>
  );
}
