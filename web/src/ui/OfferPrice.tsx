import { useTranslation } from 'react-i18next';
import type { Money } from '../api/types';
import classes from './OfferPrice.module.css';
import { Price } from './Price';

interface OfferProps {
  offer: { price: Money; regular_price?: Money };
  className?: string | undefined;
}

/** What something costs now and, while it is on sale, what it costs else. */
export function OfferPrice({ offer, className }: OfferProps) {
  const { t } = useTranslation();
  const { price, regular_price: regular } = offer;
  if (!regular) return <Price value={price} className={className} />;
  return (
    <span className={classes.offer}>
      <span className="visually-hidden">{t('product.salePrice')} </span>
      <Price value={price} className={className ? `${className} ${classes.now}` : classes.now} />{' '}
      <s className={classes.was}>
        <span className="visually-hidden">{t('product.regularPrice')} </span>
        <Price value={regular} />
      </s>
    </span>
  );
}
