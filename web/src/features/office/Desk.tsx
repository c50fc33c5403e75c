import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Room } from './account';
import { RoomHead } from './parts';
import { incidentsQuery, missedQuery, ordersQuery, productsQuery } from './queries';
import classes from './room.module.css';

/** What waits for the operator. */
export function Desk({ open }: { open: readonly Room[] }) {
  const { t } = useTranslation('office');
  const may = (path: Room['path']) => open.some((room) => room.path === path);
  const attention = useInfiniteQuery({ ...ordersQuery({ attention: true }), enabled: may('orders') });
  const incidents = useInfiniteQuery({ ...incidentsQuery, enabled: may('incidents') });
  const drafts = useInfiniteQuery({ ...productsQuery('draft'), enabled: may('products') });
  const missed = useQuery({ ...missedQuery, enabled: may('search') });
  return (
    <>
      <RoomHead title={t('room.desk')} />
      <ul className={classes.tiles}>
        {may('orders') && <Tile to="/office/orders?attention=true" count={countOf(attention.data)} text={t('desk.attention')} />}
        {may('incidents') && <Tile to="/office/incidents" count={countOf(incidents.data)} text={t('desk.incidents')} />}
        {may('products') && <Tile to="/office/products?status=draft" count={countOf(drafts.data)} text={t('desk.drafts')} />}
        {may('search') && <Tile to="/office/search" count={missed.data && `${missed.data.items.length}`} text={t('desk.missed')} />}
      </ul>
    </>
  );
}

/** What is on the first page; a plus if there are more. */
function countOf(list: { pages: { items: unknown[]; next_cursor?: string }[] } | undefined): string | undefined {
  const page = list?.pages[0];
  return page && `${page.items.length}${page.next_cursor === undefined ? '' : '+'}`;
}

function Tile({ to, count, text }: { to: string; count: string | undefined; text: string }) {
  return (
    <li>
      <Link to={to} className={classes.tile}>
        <strong>{count ?? '…'}</strong>
        {text}
      </Link>
    </li>
  );
}
