import { Skeleton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { ProductSummary } from '../../api/types';
import { Availability } from '../../ui/Availability';
import { OfferPrice } from '../../ui/OfferPrice';
import { ProductIcon } from '../../ui/ProductIcon';
import classes from './ProductCard.module.css';

export function ProductCard({ product, eager = false }: { product: ProductSummary; eager?: boolean }) {
  const { t } = useTranslation();
  const several = new Set(product.variants.map(({ price }) => price.amount)).size > 1;
  const kinds = [...new Set(product.variants.map(({ kind }) => kind))];
  return (
    <article className={classes.card}>
      <div className={classes.stage}>
        <ProductIcon slug={product.slug} name={product.name} image={product.image} size="lg" stage eager={eager} />
      </div>
      <div className={classes.body}>
        <h3 className={classes.name}>
          <Link to={`/products/${product.slug}`} className={classes.link}>
            {product.name}
          </Link>
        </h3>
        <p className={classes.summary}>{product.summary}</p>
        <p className={classes.kinds}>{kinds.map((kind) => t(`kind.${kind}`)).join(' · ')}</p>
        <div className={classes.foot}>
          <span className={classes.price}>
            {several && <span className={classes.from}>{t('product.from')} </span>}
            <OfferPrice offer={product} />
          </span>
          <Availability status={product.availability.status} />
        </div>
      </div>
    </article>
  );
}

export function ProductCardSkeleton() {
  return (
    <div className={classes.card} aria-hidden>
      <Skeleton className={classes.stage} />
      <div className={classes.body}>
        <Skeleton height={18} width="60%" mb={10} />
        <Skeleton height={12} mb={6} />
        <Skeleton height={12} width="80%" mb={22} />
        <Skeleton height={20} width="40%" />
      </div>
    </div>
  );
}
