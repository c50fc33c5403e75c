import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Purchase } from '../../api/types';
import { Price, useMoney } from '../../ui/Price';
import { ProductIcon } from '../../ui/ProductIcon';
import { Chosen } from '../basket/Chosen';
import classes from './OrderLines.module.css';

/** The picture of a product by its id alone (openapi.yaml, `get_product_image`, name `primary`). */
export const pictureOf = (productId: string) => `/api/products/${productId}/images/primary`;

export function OrderLines({ purchase }: { purchase: Purchase }) {
  const { t } = useTranslation();
  const money = useMoney();
  return (
    <section className={classes.card} aria-labelledby="lines">
      <h2 id="lines">{t('order.lines')}</h2>
      <ul className={classes.lines}>
        {purchase.lines.map((line) => (
          <li key={line.line} className={classes.line}>
            <ProductIcon slug={line.product_id} name={line.name} image={pictureOf(line.product_id)} size="sm" />
            <div className={classes.what}>
              <span className={classes.name}>{line.name}</span>
              <span className={classes.variant}>
                {line.variant} × {line.quantity}
              </span>
              <Chosen customization={line.customization} />
              <span className={classes.fulfilment} data-status={line.fulfilment.status}>
                {t(`order.fulfilment.${line.fulfilment.status}`)}
              </span>
              {line.fulfilment.tracking !== undefined && (
                <span className={classes.variant}>{t('order.tracking', { number: line.fulfilment.tracking })}</span>
              )}
              {line.refunded.amount > 0 && (
                <span className={classes.variant}>{t('order.refunded', { amount: money(line.refunded) })}</span>
              )}
            </div>
            <Price value={line.total} className={classes.amount} />
          </li>
        ))}
      </ul>
      <div className={classes.total}>
        <span>{t('order.total')}</span>
        <Price value={purchase.total} />
      </div>
      {purchase.shipping_address && (
        <p className={classes.address}>
          <span>{t('order.shippedTo')}</span> {purchase.shipping_address.name}, {purchase.shipping_address.line1},{' '}
          {purchase.shipping_address.postal_code} {purchase.shipping_address.city}, {purchase.shipping_address.country}
        </p>
      )}
      <p className={classes.again}>
        <Link to="/orders">{t('order.listTitle')}</Link>
      </p>
    </section>
  );
}
