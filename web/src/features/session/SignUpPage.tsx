import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, useSearchParams } from 'react-router';
import { api, unwrap } from '../../api/client';
import { ApiError } from '../../api/problem';
import { EmptyState } from '../../ui/EmptyState';
import { useErrorText } from '../../ui/ErrorNote';
import { LinkButton } from '../../ui/LinkButton';
import { keepPath } from './afterSignUp';
import { FormPage } from './FormPage';
import { localPath } from './localPath';
import { useSessionStatus } from './useSession';

const shortestPassword = 15;

export function SignUpPage() {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const next = localPath(params.get('next'));
  const [fields, setFields] = useState({ name: '', email: '', password: '' });
  const register = useMutation({
    mutationFn: () => unwrap(api.POST('/api/auth/register', { body: { ...fields, email: fields.email.trim() } })),
    onSuccess: () => keepPath(next),
  });
  const errorText = useErrorText();
  const [tooShort, setTooShort] = useState(false);

  if (useSessionStatus() === 'signed_in') return <Navigate to={next} replace />;
  if (register.isSuccess) {
    const email = fields.email.trim();
    return (
      <EmptyState level={1} title={t('session.sentTitle')} text={t('session.sentText', { email })}>
        <LinkButton to={`/sign-in?email=${encodeURIComponent(email)}&next=${encodeURIComponent(next)}`}>{t('session.signIn')}</LinkButton>
      </EmptyState>
    );
  }
  const problems = register.error instanceof ApiError ? (register.error.problem.errors ?? []) : [];
  const told = t('session.refused', { returnObjects: true }) as Readonly<Record<string, string>>;
  const problem = (pointer: string) => {
    const found = problems.find((error) => error.pointer === pointer);
    return found && (told[found.code.replaceAll('.', '_')] ?? t('session.refusedOther'));
  };
  const set = (name: keyof typeof fields) => (event: { currentTarget: HTMLInputElement }) =>
    setFields({ ...fields, [name]: event.currentTarget.value });

  return (
    <FormPage
      title={t('session.signUpTitle')}
      error={register.isError && problems.length === 0 ? errorText(register.error) : undefined}
      onSubmit={() => {
        const short = Array.from(fields.password.normalize('NFC')).length < shortestPassword;
        setTooShort(short);
        if (!short) register.mutate();
      }}
      foot={
        <>
          {t('session.haveAccount')} <Link to={`/sign-in?next=${encodeURIComponent(next)}`}>{t('session.signIn')}</Link>
        </>
      }
    >
      <TextInput
        label={t('session.name')}
        name="name"
        autoComplete="name"
        size="md"
        required
        withAsterisk={false}
        maxLength={120}
        value={fields.name}
        onChange={set('name')}
        error={problem('/name')}
      />
      <TextInput
        label={t('session.email')}
        type="email"
        name="email"
        autoComplete="email"
        size="md"
        required
        withAsterisk={false}
        maxLength={254}
        value={fields.email}
        onChange={set('email')}
        error={problem('/email')}
      />
      <PasswordInput
        label={t('session.password')}
        name="password"
        description={t('session.passwordHint')}
        autoComplete="new-password"
        size="md"
        required
        withAsterisk={false}
        maxLength={256}
        visibilityToggleButtonProps={{ 'aria-label': t('session.show') }}
        value={fields.password}
        onChange={set('password')}
        error={tooShort ? t('session.passwordHint') : problem('/password')}
      />
      <Button type="submit" size="lg" loading={register.isPending}>
        {t('session.signUp')}
      </Button>
    </FormPage>
  );
}
