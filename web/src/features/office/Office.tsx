import { useQuery } from '@tanstack/react-query';
import { IconBox, IconHome, IconPackageImport, IconReceipt, IconRoute, IconSearch, IconStack2 } from '@tabler/icons-react';
import { Suspense, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, NavLink, Route, Routes, useLocation } from 'react-router';
import { AccountMenu } from '../../app/AccountMenu';
import { SchemeToggle } from '../../app/Header';
import { Logo } from '../../app/Logo';
import { NotFoundPage } from '../../app/NotFoundPage';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorNote } from '../../ui/ErrorNote';
import { LinkButton } from '../../ui/LinkButton';
import { Loading } from '../../ui/Loading';
import { useSessionStatus } from '../session/useSession';
import { meQuery, roomsFor, type Room } from './account';
import { Desk } from './Desk';
import { ImportRoom } from './ImportRoom';
import classes from './Office.module.css';
import { OrderRoom } from './OrderRoom';
import { OrdersRoom } from './OrdersRoom';
import { ProcessesRoom } from './ProcessesRoom';
import { ProductRoom } from './ProductRoom';
import { ProductsRoom } from './ProductsRoom';
import { SearchRoom } from './SearchRoom';
import { StockRoom } from './StockRoom';

const icons: Record<Room['path'], typeof IconBox> = {
  products: IconBox,
  import: IconPackageImport,
  search: IconSearch,
  stock: IconStack2,
  orders: IconReceipt,
  processes: IconRoute,
};

/** The operator's side of the shop. What an account may not do, it does not see. */
export function Office() {
  const status = useSessionStatus();
  const { pathname } = useLocation();
  if (status === 'restoring') return <Loading />;
  if (status === 'anonymous') return <Navigate to={`/sign-in?next=${encodeURIComponent(pathname)}`} replace />;
  return <Inside />;
}

function Inside() {
  const { t } = useTranslation('office');
  const { t: shop } = useTranslation();
  const me = useQuery(meQuery);
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const first = useRef(true);
  useEffect(() => {
    if (first.current) first.current = false;
    else main.current?.focus({ preventScroll: true });
  }, [pathname]);
  const open = roomsFor(me.data?.scopes ?? []);
  return (
    <div className={classes.office}>
      <a className={classes.skip} href="#content">
        {shop('shop.skip')}
      </a>
      <header className={classes.header}>
        <Link to="/" className={classes.home} aria-label={t('toShop')}>
          <Logo />
        </Link>
        <span className={classes.where}>{t('title')}</span>
        <SchemeToggle />
        <AccountMenu />
      </header>
      {open.length > 0 && (
        <nav className={classes.nav} aria-label={t('title')}>
          <NavLink to="/office" end className={classes.link}>
            <IconHome size={18} stroke={1.7} aria-hidden />
            {t('room.desk')}
          </NavLink>
          {open.map(({ path }) => {
            const Icon = icons[path];
            return (
              <NavLink key={path} to={`/office/${path}`} className={classes.link}>
                <Icon size={18} stroke={1.7} aria-hidden />
                {t(`room.${path}`)}
              </NavLink>
            );
          })}
        </nav>
      )}
      <main id="content" ref={main} tabIndex={-1} className={classes.main}>
        {me.isError && !me.data ? (
          <ErrorNote error={me.error} onRetry={() => void me.refetch()} />
        ) : !me.data ? (
          <Loading />
        ) : open.length === 0 ? (
          <EmptyState art="nothing" level={1} title={t('closedTitle')} text={t('closedText', { email: me.data.email })}>
            <LinkButton to="/">{t('toShop')}</LinkButton>
          </EmptyState>
        ) : (
          <Suspense fallback={<Loading />}>
            <Rooms open={open} />
          </Suspense>
        )}
      </main>
    </div>
  );
}

function Rooms({ open }: { open: readonly Room[] }) {
  const may = (path: Room['path']) => open.some((room) => room.path === path);
  return (
    <Routes>
      <Route index element={<Desk open={open} />} />
      {may('products') && <Route path="products" element={<ProductsRoom />} />}
      {may('products') && <Route path="products/:id" element={<ProductRoom />} />}
      {may('import') && <Route path="import" element={<ImportRoom />} />}
      {may('search') && <Route path="search" element={<SearchRoom />} />}
      {may('stock') && <Route path="stock" element={<StockRoom />} />}
      {may('orders') && <Route path="orders" element={<OrdersRoom />} />}
      {may('orders') && <Route path="orders/:id" element={<OrderRoom />} />}
      {may('processes') && <Route path="processes" element={<ProcessesRoom />} />}
      <Route path="*" element={<NotFoundPage />} />
    </Routes>
  );
}
