import { ActionIcon, Button, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { IconMoon, IconShoppingBag, IconSun } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, NavLink } from 'react-router';
import { useBasket } from '../features/basket/useBasket';
import { itemCount } from '../features/basket/basket';
import { SearchBox } from '../features/catalogue/SearchBox';
import { useSessionStatus } from '../features/session/useSession';
import classes from './Header.module.css';
import { Logo } from './Logo';

/** Visitors have no menu: its script comes with a session. */
const AccountMenu = lazy(async () => ({ default: (await import('./AccountMenu')).AccountMenu }));

export function Header() {
  const { t } = useTranslation();
  return (
    <header className={classes.header}>
      <div className={classes.inner}>
        <Link to="/" className={classes.home} aria-label={`PPS, ${t('nav.home')}`}>
          <Logo />
        </Link>
        <div className={classes.search}>
          <SearchBox />
        </div>
        <nav className={classes.nav} aria-label={t('nav.main')}>
          <NavLink to="/products" end className={classes.link}>
            {t('shop.catalogue')}
          </NavLink>
          <SchemeToggle />
          <AccountLink />
          <BasketLink />
        </nav>
      </div>
    </header>
  );
}

export function SchemeToggle() {
  const { t } = useTranslation();
  // Switching transitions off for the change would take a style element, which the policy forbids.
  const { setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const dark = useComputedColorScheme('light') === 'dark';
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={42}
      radius="xl"
      className={classes.icon}
      aria-label={dark ? t('nav.light') : t('nav.dark')}
      onClick={() => setColorScheme(dark ? 'light' : 'dark')}
    >
      {dark ? <IconSun size={21} stroke={1.7} /> : <IconMoon size={21} stroke={1.7} />}
    </ActionIcon>
  );
}

function AccountLink() {
  const { t } = useTranslation();
  if (useSessionStatus() === 'anonymous') {
    return (
      <Button component={Link} to="/sign-in" variant="default" size="sm" className={classes.signIn}>
        {t('nav.signIn')}
      </Button>
    );
  }
  return (
    <Suspense fallback={<span className={classes.place} />}>
      <AccountMenu />
    </Suspense>
  );
}

function BasketLink() {
  const { t } = useTranslation();
  const count = itemCount(useBasket());
  return (
    <Link to="/basket" className={classes.basket} aria-label={t('nav.basketCount', { count })}>
      <IconShoppingBag size={21} stroke={1.7} aria-hidden />
      {count > 0 && (
        <span key={count} className={classes.count} aria-hidden>
          {count > 99 ? '99+' : count}
        </span>
      )}
    </Link>
  );
}
