import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Image, Product } from '../../api/types';
import { ProductIcon } from '../../ui/ProductIcon';
import classes from './Gallery.module.css';

/** A product's pictures: one large, the others to choose from. */
export function Gallery({ product }: { product: Product }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState(0);
  const photos = product.images.filter(({ sizes }) => sizes !== undefined);
  const shown = photos[chosen] ?? photos[0];
  if (!shown) return <ProductIcon slug={product.slug} name={product.name} image={product.images[0]?.url} size="xl" stage eager />;
  return (
    <div className={classes.gallery}>
      <div className={classes.large}>
        <img
          key={shown.name}
          src={shown.url}
          srcSet={sourcesOf(shown)}
          sizes="(min-width: 62em) 44rem, 100vw"
          width={shown.width}
          height={shown.height}
          alt={shown.alt ?? product.name}
          fetchPriority="high"
        />
      </div>
      {photos.length > 1 && (
        <ul className={classes.others} aria-label={t('product.pictures')}>
          {photos.map((photo, at) => (
            <li key={photo.name}>
              <button type="button" className={classes.thumb} aria-pressed={photo === shown} onClick={() => setChosen(at)}>
                <img src={photo.sizes?.[0]?.url} alt={photo.alt ?? t('product.picture', { number: at + 1 })} loading="lazy" width={72} height={72} />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

const sourcesOf = ({ sizes = [] }: Image): string => sizes.map(({ url, width }) => `${url} ${width}w`).join(', ');
