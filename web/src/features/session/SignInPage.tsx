import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, useSearchParams } from 'react-router';
import { ApiError, hasCode } from '../../api/problem';
import { useErrorText } from '../../ui/ErrorNote';
import { FormPage } from './FormPage';
import { localPath } from './localPath';
import { session } from './session';
import { useSessionStatus } from './useSession';

export function SignInPage() {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const next = localPath(params.get('next'));
  const [email, setEmail] = useState(params.get('email') ?? '');
  const [password, setPassword] = useState('');
  const signIn = useMutation({ mutationFn: () => session.signIn(email.trim(), password) });
  const errorText = useSignInError();

  if (useSessionStatus() === 'signed_in') return <Navigate to={next} replace />;
  return (
    <FormPage
      title={t('session.signInTitle')}
      error={signIn.isError ? errorText(signIn.error) : undefined}
      onSubmit={() => signIn.mutate()}
      foot={
        <>
          {t('session.noAccount')} <Link to={`/sign-up?next=${encodeURIComponent(next)}`}>{t('session.signUp')}</Link>
        </>
      }
    >
      <TextInput
        label={t('session.email')}
        type="email"
        name="email"
        autoComplete="username"
        size="md"
        required
        withAsterisk={false}
        value={email}
        onChange={({ currentTarget }) => setEmail(currentTarget.value)}
      />
      <PasswordInput
        label={t('session.password')}
        name="password"
        autoComplete="current-password"
        size="md"
        required
        withAsterisk={false}
        visibilityToggleButtonProps={{ 'aria-label': t('session.show') }}
        value={password}
        onChange={({ currentTarget }) => setPassword(currentTarget.value)}
      />
      <Button type="submit" size="lg" loading={signIn.isPending}>
        {t('session.signIn')}
      </Button>
    </FormPage>
  );
}

function useSignInError(): (error: unknown) => string {
  const { t } = useTranslation();
  const otherwise = useErrorText();
  return (error) => {
    if (hasCode(error, 'auth.invalid_credentials')) return t('session.wrong');
    if (error instanceof ApiError && error.status === 429 && error.retryAfter !== undefined) {
      return t('session.throttled', { count: error.retryAfter });
    }
    return otherwise(error);
  };
}
