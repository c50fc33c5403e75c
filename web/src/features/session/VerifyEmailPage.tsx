import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { api, unwrap } from '../../api/client';
import { isTransient } from '../../api/problem';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorNote } from '../../ui/ErrorNote';
import { LinkButton } from '../../ui/LinkButton';
import { Loading } from '../../ui/Loading';
import { Page } from '../../ui/Page';
import { keptPath } from './afterSignUp';

export function VerifyEmailPage() {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const token = params.get('token') ?? '';
  const signIn = `/sign-in?next=${encodeURIComponent(keptPath())}`;
  // A query, not a mutation: the token is good for one use, and a page drawn twice must not use it twice.
  const verified = useQuery({
    queryKey: ['verify-email', token],
    queryFn: async () => {
      await unwrap(api.POST('/api/auth/verify-email', { body: { token } }));
      return true;
    },
    staleTime: Infinity,
    gcTime: Infinity,
    retry: false,
    refetchOnWindowFocus: false,
  });
  return (
    <Page title={t('session.verifyTitle')} heading={false}>
      {verified.isPending ? (
        <Loading />
      ) : verified.isSuccess ? (
        <EmptyState level={1} title={t('session.signInTitle')} text={t('session.verified')}>
          <LinkButton to={signIn}>{t('session.signIn')}</LinkButton>
        </EmptyState>
      ) : isTransient(verified.error) ? (
        <ErrorNote error={verified.error} onRetry={() => void verified.refetch()} />
      ) : (
        <EmptyState level={1} art="nothing" title={t('error.title')} text={t('session.verifyFailed')}>
          <LinkButton to={signIn}>{t('session.signIn')}</LinkButton>
        </EmptyState>
      )}
    </Page>
  );
}
