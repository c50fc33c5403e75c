import { Button, Skeleton } from '@mantine/core';
import { IconCreditCard, IconExternalLink, IconLock } from '@tabler/icons-react';
import { useMutation, type UseQueryResult } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, unwrap } from '../../api/client';
import { hasCode } from '../../api/problem';
import type { PaymentSession } from '../../api/types';
import { ErrorNote } from '../../ui/ErrorNote';
import { readDraft, writeDraft } from './attempt';
import classes from './PaymentStep.module.css';

export function PaymentStep({ session }: { session: UseQueryResult<PaymentSession> }) {
  const { t } = useTranslation();
  const open = useMutation({
    mutationFn: () =>
      unwrap(api.POST('/api/payment-sessions', { body: { return_url: `${location.origin}/checkout` } })),
    onSuccess: ({ id, url }) => {
      writeDraft({ ...readDraft(), paymentSession: id });
      if (url) location.assign(url);
    },
  });
  const leaving = open.isPending || open.isSuccess;
  const gone = hasCode(session.error, 'payment_session.not_found') || session.data?.status === 'expired';

  if (session.isLoading) return <Skeleton height={56} radius="md" />;
  if (session.isError && !gone) return <ErrorNote error={session.error} onRetry={() => void session.refetch()} />;
  if (session.data?.status === 'complete') {
    const { card } = session.data;
    return (
      <div className={classes.card}>
        <IconCreditCard size={26} stroke={1.6} aria-hidden />
        <span className={classes.name}>
          {card ? t('checkout.card', { brand: capital(card.brand), last4: card.last4 }) : t('checkout.cardSaved')}
        </span>
        <Button variant="default" size="sm" loading={leaving} onClick={() => open.mutate()}>
          {t('checkout.changeCard')}
        </Button>
      </div>
    );
  }
  return (
    <>
      <p className={classes.hint}>
        <IconLock size={18} stroke={1.8} aria-hidden />
        {gone ? t('checkout.expired') : session.data ? t('checkout.unfinished') : t('checkout.paymentHint')}
      </p>
      {open.isError && <ErrorNote error={open.error} />}
      <Button size="lg" loading={leaving} rightSection={<IconExternalLink size={19} aria-hidden />} onClick={() => open.mutate()}>
        {t('checkout.addCard')}
      </Button>
    </>
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
