import { Skeleton } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, useNavigate, useSearchParams } from 'react-router';
import type { Address } from '../../api/types';
import { ErrorNote } from '../../ui/ErrorNote';
import { Page } from '../../ui/Page';
import { useLocale } from '../../ui/useLocale';
import { useBasket } from '../basket/useBasket';
import { GoneNotes } from '../basket/GoneNotes';
import { useGoneLines } from '../basket/useGoneLines';
import { goneLines, usePricedBasket } from '../basket/usePricedBasket';
import { AddressForm } from './AddressForm';
import { readDraft, writeDraft } from './attempt';
import classes from './CheckoutPage.module.css';
import { PaymentStep } from './PaymentStep';
import { ReviewStep } from './ReviewStep';
import { Step } from './Step';
import { usePaymentSession } from './usePaymentSession';

export function CheckoutPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const lines = useBasket();
  const priced = usePricedBasket(lines);
  const gone = useGoneLines(priced.error, lines);
  const unsold = goneLines(priced.error, lines).length > 0;
  const [address, setAddress] = useState<Address | undefined>(() => readDraft().address);
  const [editing, setEditing] = useState(address === undefined);
  const [placed, setPlaced] = useState(false);
  const payment = usePaymentSession(useReturnedSession());

  const physical = lines.some(({ kind }) => kind === 'physical');
  const addressDone = !physical || (address !== undefined && !editing);
  const method = payment.data?.status === 'complete' ? payment.data.payment_method : undefined;

  if (lines.length === 0 && !placed) return <Navigate to="/basket" replace />;
  return (
    <Page title={t('checkout.title')} width="text">
      <GoneNotes names={gone} />
      <div className={classes.steps}>
        {physical && (
          <Step number={1} title={t('checkout.address')} done={addressDone} onEdit={() => setEditing(true)}>
            {addressDone && address ? (
              <AddressText address={address} />
            ) : (
              <AddressForm
                initial={address}
                onDone={(given) => {
                  writeDraft({ ...readDraft(), address: given });
                  setAddress(given);
                  setEditing(false);
                }}
              />
            )}
          </Step>
        )}
        <Step number={physical ? 2 : 1} title={t('checkout.payment')} done={method !== undefined} waiting={!addressDone}>
          <PaymentStep session={payment} />
        </Step>
        <Step number={physical ? 3 : 2} title={t('checkout.review')} waiting={!addressDone || method === undefined}>
          {priced.data ? (
            <ReviewStep
              priced={priced.data}
              lines={lines}
              paymentMethod={method}
              address={physical ? address : undefined}
              onPriceChanged={() => void priced.refetch()}
              onPlaced={(id) => {
                setPlaced(true);
                void navigate(`/orders/${id}`, { replace: true });
              }}
            />
          ) : priced.error && !unsold ? (
            <ErrorNote error={priced.error} onRetry={() => void priced.refetch()} />
          ) : (
            <Skeleton height={160} radius="lg" aria-busy />
          )}
        </Step>
      </div>
    </Page>
  );
}

/** The session the provider sent the buyer back with; the address bar is tidied, the draft remembers it. */
function useReturnedSession(): string | undefined {
  const [params, setParams] = useSearchParams();
  const returned = params.get('payment_session') ?? undefined;
  const [id] = useState(() => returned ?? readDraft().paymentSession);
  useEffect(() => {
    if (returned === undefined) return;
    writeDraft({ ...readDraft(), paymentSession: returned });
    setParams({}, { replace: true });
  }, [returned, setParams]);
  return id;
}

function AddressText({ address }: { address: Address }) {
  const country = new Intl.DisplayNames(useLocale(), { type: 'region' }).of(address.country);
  return (
    <address className={classes.address}>
      {[address.name, address.line1, address.line2, `${address.postal_code} ${address.city}`, country]
        .filter((line) => line !== undefined && line !== '')
        .map((line) => (
          <span key={line}>{line}</span>
        ))}
    </address>
  );
}
