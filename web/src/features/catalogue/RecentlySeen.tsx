import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Product } from '../../api/types';
import { ProductIcon } from '../../ui/ProductIcon';
import classes from './RecentlySeen.module.css';
import { noteSeen, seenProducts } from './seen';

/** What was looked at before this product. */
export function RecentlySeen({ product }: { product: Product }) {
  const { t } = useTranslation();
  const { slug, name } = product;
  const image = product.images[0]?.url;
  const [before] = useState(() => seenProducts().filter((seen) => seen.slug !== slug));
  useEffect(() => noteSeen({ slug, name, ...(image !== undefined && { image }) }), [slug, name, image]);
  if (before.length === 0) return null;
  return (
    <section className={classes.section} aria-labelledby="seen">
      <h2 id="seen">{t('product.seen')}</h2>
      <ul className={classes.list}>
        {before.map((seen) => (
          <li key={seen.slug}>
            <Link to={`/products/${seen.slug}`} className={classes.link}>
              <ProductIcon slug={seen.slug} name={seen.name} image={seen.image} size="sm" />
              <span>{seen.name}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
