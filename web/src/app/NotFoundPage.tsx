import { useTranslation } from 'react-i18next';
import { EmptyState } from '../ui/EmptyState';
import { Page } from '../ui/Page';
import { LinkButton } from '../ui/LinkButton';

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <Page title={t('error.notFoundTitle')} heading={false}>
      <EmptyState art="nothing" title={t('error.notFoundTitle')} text={t('error.notFoundText')} level={1}>
        <LinkButton to="/">{t('error.home')}</LinkButton>
      </EmptyState>
    </Page>
  );
}
