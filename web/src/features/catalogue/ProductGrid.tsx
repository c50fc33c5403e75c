import type { ProductSummary } from '../../api/types';
import { ProductCard, ProductCardSkeleton } from './ProductCard';
import classes from './ProductGrid.module.css';

interface ProductGridProps {
  /** Absent while it is being fetched. */
  products?: readonly ProductSummary[] | undefined;
  placeholders?: number;
  columns?: 3 | 4;
}

export function ProductGrid({ products, placeholders = 8, columns = 4 }: ProductGridProps) {
  return (
    <ul className={classes.grid} data-columns={columns} aria-busy={products === undefined}>
      {products
        ? products.map((product, index) => (
            <li key={product.id}>
              <ProductCard product={product} eager={index < 4} />
            </li>
          ))
        : Array.from({ length: placeholders }, (_, index) => (
            <li key={index}>
              <ProductCardSkeleton />
            </li>
          ))}
    </ul>
  );
}
