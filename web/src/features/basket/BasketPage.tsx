import { Skeleton } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorNote } from '../../ui/ErrorNote';
import { LinkButton } from '../../ui/LinkButton';
import { times } from '../../ui/money';
import { Page } from '../../ui/Page';
import { Price } from '../../ui/Price';
import { ProductIcon } from '../../ui/ProductIcon';
import { QuantityInput } from '../../ui/QuantityInput';
import { basket, lineKey, maxQuantity, type BasketLine } from './basket';
import classes from './BasketPage.module.css';
import { Chosen } from './Chosen';
import { GoneNotes } from './GoneNotes';
import { useGoneLines } from './useGoneLines';
import { goneLines, usePricedBasket, type PricedLine } from './usePricedBasket';
import { useBasket } from './useBasket';

export function BasketPage() {
  const { t } = useTranslation();
  const lines = useBasket();
  const priced = usePricedBasket(lines);
  const gone = useGoneLines(priced.error, lines);

  return (
    <Page title={t('basket.title')} width="wide">
      <GoneNotes names={gone} />
      {lines.length === 0 ? (
        <EmptyState title={t('basket.emptyTitle')} text={t('basket.emptyText')}>
          <LinkButton to="/products">{t('home.browse')}</LinkButton>
        </EmptyState>
      ) : (
        <div className={classes.layout}>
          <ul className={classes.lines}>
            {lines.map((line) => (
              <Line key={lineKey(line)} line={line} priced={priced.data?.lines.find((one) => lineKey(one) === lineKey(line))} />
            ))}
          </ul>
          <section className={classes.summary} aria-labelledby="summary">
            <h2 id="summary">{t('basket.summary')}</h2>
            {priced.isError && goneLines(priced.error, lines).length === 0 ? (
              <ErrorNote error={priced.error} onRetry={() => void priced.refetch()} />
            ) : (
              <div className={classes.total}>
                <span>{t('basket.subtotal')}</span>
                {priced.data ? <Price value={priced.data.total} className={classes.amount} /> : <Skeleton width={90} height={26} />}
              </div>
            )}
            <p className={classes.note}>
              {t('product.taxIncluded')}.{lines.some(({ kind }) => kind === 'physical') && ` ${t('basket.shipping')}`}
            </p>
            <LinkButton to="/checkout" size="lg" fullWidth disabled={priced.data?.available === false}>
              {t('basket.checkout')}
            </LinkButton>
            <p className={classes.promise}>{t('checkout.promise')}</p>
          </section>
        </div>
      )}
    </Page>
  );
}

function Line({ line, priced }: { line: BasketLine; priced: PricedLine | undefined }) {
  const { t } = useTranslation();
  const left = priced?.availability.quantity;
  const short = priced?.availability.status === 'out' || (left !== undefined && left < line.quantity);
  const changed = priced !== undefined && priced.unit_price.amount !== line.price.amount;
  return (
    <li className={classes.line}>
      <Link to={`/products/${line.slug}`} tabIndex={-1} aria-hidden>
        <ProductIcon slug={line.slug} name={line.name} image={line.image} size="md" />
      </Link>
      <div className={classes.what}>
        <Link to={`/products/${line.slug}`} className={classes.name}>
          {line.name}
        </Link>
        <span className={classes.variant}>{line.variant}</span>
        <Chosen customization={line.customization} />
        {short && <span className={classes.short}>{left === 0 ? t('availability.out') : t('basket.notEnough')}</span>}
        {changed && <span className={classes.changed}>{t('basket.priceChanged')}</span>}
      </div>
      <div className={classes.quantity}>
        <QuantityInput
          value={line.quantity}
          max={Math.max(1, Math.min(maxQuantity, left ?? maxQuantity))}
          of={line.name}
          onChange={(quantity) => basket.setQuantity(lineKey(line), quantity)}
        />
        <button type="button" className={classes.remove} aria-label={t('basket.remove', { name: line.name })} onClick={() => basket.remove(lineKey(line))}>
          <IconTrash size={18} stroke={1.7} aria-hidden />
        </button>
      </div>
      <Price value={priced?.total ?? times(line.price, line.quantity)} className={classes.lineTotal} />
    </li>
  );
}
