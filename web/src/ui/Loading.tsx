import { Loader } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import classes from './Loading.module.css';

export function Loading() {
  const { t } = useTranslation();
  return (
    <div className={classes.loading} role="status">
      <Loader size="sm" aria-hidden />
      <span className="visually-hidden">{t('error.loading')}</span>
    </div>
  );
}
