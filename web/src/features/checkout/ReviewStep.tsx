import { Alert, Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { hasCode, isTransient } from '../../api/problem';
import type { Address } from '../../api/types';
import { ErrorNote } from '../../ui/ErrorNote';
import { Price, useMoney } from '../../ui/Price';
import { ProductIcon } from '../../ui/ProductIcon';
import { lineKey, type BasketLine } from '../basket/basket';
import { Chosen } from '../basket/Chosen';
import { orderLine, type Priced } from '../basket/usePricedBasket';
import classes from './ReviewStep.module.css';
import { usePlacePurchase } from './usePlacePurchase';

interface ReviewStepProps {
  priced: Priced;
  lines: readonly BasketLine[];
  paymentMethod: string | undefined;
  address: Address | undefined;
  onPriceChanged: () => void;
  onPlaced: (id: string) => void;
}

export function ReviewStep({ priced, lines, paymentMethod, address, onPriceChanged, onPlaced }: ReviewStepProps) {
  const { t } = useTranslation();
  const money = useMoney();
  const place = usePlacePurchase({ onPlaced, onPriceChanged });
  const buy = () => {
    if (paymentMethod === undefined) return;
    place.mutate({
      lines: priced.lines.map(orderLine),
      payment_method: paymentMethod,
      expected_total: priced.total,
      ...(address && { shipping_address: address }),
    });
  };
  return (
    <>
      <ul className={classes.lines}>
        {priced.lines.map((line) => {
          const shown = lines.find((one) => lineKey(one) === lineKey(line));
          return (
            <li key={lineKey(line)} className={classes.line}>
              <ProductIcon slug={shown?.slug ?? line.sku} name={line.name} image={shown?.image} size="sm" />
              <span className={classes.what}>
                <span className={classes.name}>{line.name}</span>
                <span className={classes.variant}>
                  {line.variant} × {line.quantity}
                </span>
                <Chosen customization={line.customization} />
              </span>
              <Price value={line.total} className={classes.amount} />
            </li>
          );
        })}
      </ul>
      <div className={classes.total}>
        <span>{t('basket.subtotal')}</span>
        <Price value={priced.total} />
      </div>
      <div role="alert">
        <Trouble error={place.error} lines={lines} />
        {!place.error && <Short priced={priced} />}
      </div>
      <Button size="lg" fullWidth loading={place.isPending} disabled={!priced.available} onClick={buy}>
        {place.isError && isTransient(place.error) ? t('checkout.retry') : t('checkout.pay', { total: money(priced.total) })}
      </Button>
      <p className={classes.note}>
        {t('checkout.promise')} <Link to="/basket">{t('checkout.edit')}</Link>
      </p>
    </>
  );
}

/** Why it cannot be bought as it is: which line there is too little of. */
function Short({ priced }: { priced: Priced }) {
  const { t } = useTranslation();
  const short = priced.lines.filter(
    ({ availability: { status, quantity: left }, quantity }) => status === 'out' || (left !== undefined && left < quantity),
  );
  return short.map(({ sku, name }) => (
    <Alert key={sku} color="orange" variant="light" className={classes.trouble}>
      {t('checkout.stockGone', { name })}
    </Alert>
  ));
}

function Trouble({ error, lines }: { error: unknown; lines: readonly BasketLine[] }) {
  const { t } = useTranslation();
  const money = useMoney();
  if (!error) return null;
  const note = (text: string) => (
    <Alert color="orange" variant="light" className={classes.trouble}>
      {text}
    </Alert>
  );
  if (hasCode(error, 'price.changed') && error.problem.total) {
    return note(t('checkout.priceChanged', { total: money(error.problem.total) }));
  }
  if (hasCode(error, 'stock.insufficient')) {
    const index = Number(/^\/lines\/(\d+)/.exec(error.problem.errors?.[0]?.pointer ?? '')?.[1] ?? -1);
    return note(t('checkout.stockGone', { name: lines[index]?.name ?? t('basket.title') }));
  }
  if (isTransient(error)) return note(t('checkout.unknown'));
  return <ErrorNote error={error} />;
}
