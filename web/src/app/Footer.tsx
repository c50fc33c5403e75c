import { NativeSelect } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { changeLanguage, languages, type Language } from '../messages/i18n';
import classes from './Footer.module.css';
import { Logo } from './Logo';

export function Footer() {
  const { t, i18n } = useTranslation();
  return (
    <footer className={classes.footer}>
      <div className={classes.inner}>
        <div className={classes.about}>
          <Logo />
          <p>{t('shop.footer')}</p>
        </div>
        <nav className={classes.links} aria-label={t('shop.name')}>
          <Link to="/products">{t('shop.catalogue')}</Link>
          <Link to="/orders">{t('nav.orders')}</Link>
          <Link to="/library">{t('nav.library')}</Link>
          <Link to="/account">{t('nav.account')}</Link>
        </nav>
        <NativeSelect
          aria-label={t('nav.language')}
          value={i18n.language}
          onChange={({ currentTarget }) => void changeLanguage(currentTarget.value as Language)}
          data={Object.entries(languages).map(([value, label]) => ({ value, label }))}
        />
      </div>
      <p className={classes.promise}>{t('shop.footerPromise')}</p>
    </footer>
  );
}
