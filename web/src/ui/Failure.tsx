import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useRouteError } from 'react-router';
import { EmptyState } from './EmptyState';

/** The page itself broke, e.g. a script of an older release is gone: loading it anew helps. */
export function Failure() {
  const { t } = useTranslation();
  useRouteError();
  return (
    <EmptyState art="nothing" level={1} title={t('error.title')} text={t('error.generic')}>
      <Button onClick={() => location.reload()}>{t('error.retry')}</Button>
    </EmptyState>
  );
}
