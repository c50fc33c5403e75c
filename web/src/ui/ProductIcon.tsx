import { useState } from 'react';
import classes from './ProductIcon.module.css';

interface ProductIconProps {
  /** Decides the tint, so that a product looks the same everywhere. */
  slug: string;
  name: string;
  image?: string | undefined;
  size?: 'xs' | 'sm' | 'md' | 'lg' | 'xl';
  /** Fills its container instead of being a square of its own. */
  stage?: boolean;
  eager?: boolean;
}

/** A product's picture on a tinted ground; its first letter if it has none. The name stands beside it, so it is decoration. */
export function ProductIcon({ slug, name, image, size = 'md', stage = false, eager = false }: ProductIconProps) {
  const [broken, setBroken] = useState(false);
  // What a merchant sent; what was imported as it is may be an icon of any size.
  const photo = image?.startsWith('/api/media/') ?? false;
  return (
    <span className={classes.ground} data-size={size} data-stage={stage || undefined} data-photo={(photo && !broken) || undefined} data-tint={tint(slug)} aria-hidden>
      {image && !broken ? (
        <img src={image} alt="" loading={eager ? 'eager' : 'lazy'} decoding="async" onError={() => setBroken(true)} />
      ) : (
        <span className={classes.letter}>{name.slice(0, 1).toUpperCase()}</span>
      )}
    </span>
  );
}

const tints = 8;

function tint(slug: string): number {
  let hash = 7;
  for (const char of slug) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return hash % tints;
}
