import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, unwrap } from '../../api/client';
import { hasCode } from '../../api/problem';
import type { Purchase } from '../../api/types';
import { useErrorText } from '../../ui/ErrorNote';
import classes from './CancelOrder.module.css';
import { isCancellable, later } from './progress';
import { purchaseKey } from './queries';

/** Calls an order off, after asking once more; only while the server would agree. */
export function CancelOrder({ purchase }: { purchase: Purchase }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const errorText = useErrorText();
  const [asking, setAsking] = useState(false);
  const cancel = useMutation({
    mutationFn: () => unwrap(api.POST('/api/purchases/{id}/cancel', { params: { path: { id: purchase.id } } })),
    onSuccess: (cancelled) => {
      queries.setQueryData<Purchase>(purchaseKey(purchase.id), (old) => later(old, cancelled));
    },
    onSettled: () => setAsking(false),
  });
  const open = isCancellable(purchase.status);
  return (
    <div className={classes.cancel}>
      {open && !asking && (
        <Button variant="default" disabled={cancel.isSuccess} onClick={() => setAsking(true)}>
          {cancel.isSuccess ? t('order.cancelling') : t('order.cancel')}
        </Button>
      )}
      {open && asking && (
        <>
          <span>{t('order.cancelConfirm')}</span>
          <Button color="red" variant="light" loading={cancel.isPending} onClick={() => cancel.mutate()}>
            {t('order.cancelYes')}
          </Button>
          <Button variant="default" onClick={() => setAsking(false)}>
            {t('order.cancelNo')}
          </Button>
        </>
      )}
      {cancel.isError && (
        <p role="alert">
          {hasCode(cancel.error, 'purchase.not_cancellable') ? t('order.notCancellable') : errorText(cancel.error)}
        </p>
      )}
    </div>
  );
}
