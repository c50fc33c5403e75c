import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Room } from './account';
import { IncidentTable } from './IncidentTable';
import { LowStock } from './LowStock';
import { OrderTable } from './OrdersRoom';
import { RoomHead, Table } from './parts';
import { alertsQuery, incidentsQuery, missedQuery, ordersQuery, productsQuery } from './queries';
import classes from './room.module.css';

/** How many of each are shown here; the rooms have all. */
const most = 5;

/** What waits for the operator. */
export function Desk({ open }: { open: readonly Room[] }) {
  const { t } = useTranslation('office');
  const may = (path: Room['path']) => open.some((room) => room.path === path);
  const attention = useInfiniteQuery({ ...ordersQuery({ attention: true }), enabled: may('orders') });
  const incidents = useInfiniteQuery({ ...incidentsQuery, enabled: may('processes') });
  const alerts = useInfiniteQuery({ ...alertsQuery, enabled: may('stock') });
  const drafts = useInfiniteQuery({ ...productsQuery('draft'), enabled: may('products') });
  const missed = useQuery({ ...missedQuery, enabled: may('search') });
  const stuck = incidents.data?.pages[0]?.items ?? [];
  return (
    <>
      <RoomHead title={t('room.desk')} />
      <ul className={classes.tiles}>
        {may('orders') && <Tile to="/office/orders?attention=true" urgent count={countOf(attention.data)} text={t('desk.attention')} />}
        {may('processes') && <Tile to="/office/processes" urgent count={countOf(incidents.data)} text={t('desk.incidents')} />}
        {may('stock') && <Tile to="/office/stock" urgent count={countOf(alerts.data)} text={t('desk.low')} />}
        {may('search') && <Tile to="/office/search" count={missed.data && `${missed.data.items.length}`} text={t('desk.missed')} />}
        {may('products') && <Tile to="/office/products?status=draft" count={countOf(drafts.data)} text={t('desk.drafts')} />}
      </ul>
      {stuck.length > 0 && (
        <section className={classes.section} aria-labelledby="stuck">
          <h2 id="stuck">{t('processes.incidents')}</h2>
          <IncidentTable incidents={stuck.slice(0, most)} />
        </section>
      )}
      {may('orders') && <LatestOrders />}
      <div className={classes.halves}>
        {may('stock') && <LowStock most={most} />}
        {may('search') && missed.data && <MissedQueries queries={missed.data.items.slice(0, most)} />}
      </div>
    </>
  );
}

function LatestOrders() {
  const { t } = useTranslation('office');
  const orders = useInfiniteQuery({ ...ordersQuery({}), refetchInterval: 5_000 }); // seen as they come
  const items = orders.data?.pages[0]?.items;
  if (!items) return null;
  return (
    <section className={classes.section} aria-labelledby="latest">
      <h2 id="latest">{t('desk.latest')}</h2>
      {items.length === 0 ? <p className={classes.quiet}>{t('desk.noOrders')}</p> : <OrderTable orders={items.slice(0, most)} />}
    </section>
  );
}

function MissedQueries({ queries }: { queries: readonly { query: string; count: number }[] }) {
  const { t } = useTranslation('office');
  return (
    <section className={classes.section} aria-labelledby="missed">
      <h2 id="missed">{t('search.missed')}</h2>
      {queries.length === 0 ? (
        <p className={classes.quiet}>{t('search.noneMissed')}</p>
      ) : (
        <Table label={t('search.missed')} columns={[{ title: t('search.query') }, { title: t('search.times'), number: true }]}>
          {queries.map(({ query, count }) => (
            <tr key={query}>
              <td>{query}</td>
              <td className={classes.number}>{count}</td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}

/** What is on the first page; a plus if there are more. */
function countOf(list: { pages: { items: unknown[]; next_cursor?: string }[] } | undefined): string | undefined {
  const page = list?.pages[0];
  return page && `${page.items.length}${page.next_cursor === undefined ? '' : '+'}`;
}

function Tile({ to, count, text, urgent = false }: { to: string; count: string | undefined; text: string; urgent?: boolean }) {
  return (
    <li>
      <Link to={to} className={classes.tile} data-urgent={(urgent && count !== undefined && count !== '0') || undefined}>
        {text}
        <strong>{count ?? '…'}</strong>
      </Link>
    </li>
  );
}
