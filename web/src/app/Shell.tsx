import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Outlet, ScrollRestoration, useLocation, useNavigation } from 'react-router';
import { Footer } from './Footer';
import { Header } from './Header';
import classes from './Shell.module.css';

export function Shell() {
  const { t } = useTranslation();
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const first = useRef(true);
  const loading = useNavigation().state !== 'idle';

  // A page opened by a link is read from its beginning, as a page that was loaded would be.
  useEffect(() => {
    if (first.current) first.current = false;
    else main.current?.focus({ preventScroll: true });
  }, [pathname]);

  return (
    <>
      <a className={classes.skip} href="#content">
        {t('shop.skip')}
      </a>
      <Header />
      <div className={classes.progress} data-loading={loading || undefined} aria-hidden />
      <main id="content" ref={main} tabIndex={-1} className={classes.main}>
        <Outlet />
      </main>
      <Footer />
      <ScrollRestoration />
    </>
  );
}
