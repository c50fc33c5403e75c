import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, useParams } from 'react-router';
import { hasCode } from '../../api/problem';
import type { Product } from '../../api/types';
import { NotFoundPage } from '../../app/NotFoundPage';
import { ErrorNote } from '../../ui/ErrorNote';
import { Page } from '../../ui/Page';
import { useAttributeName } from './attributes';
import { BuyBox } from './BuyBox';
import { nameOf } from './categories';
import { Description } from './Description';
import { Gallery } from './Gallery';
import { ProductGrid } from './ProductGrid';
import classes from './ProductPage.module.css';
import { categoriesQuery, productQuery, relatedQuery, shelfQuery } from './queries';
import { RecentlySeen } from './RecentlySeen';
import { structuredData } from './structuredData';

export function ProductPage() {
  const { slug = '' } = useParams();
  const { data, error, refetch } = useQuery(productQuery(slug));
  if (hasCode(error, 'product.not_found')) return <NotFoundPage />;
  // A slug that the product had before.
  if (data && data.slug !== slug) return <Navigate to={`/products/${data.slug}`} replace />;
  if (data) return <Details key={data.id} product={data} />;
  return (
    <Page title={slug} heading={false}>
      {error ? <ErrorNote error={error} onRetry={() => void refetch()} /> : <Placeholder />}
    </Page>
  );
}

function Details({ product }: { product: Product }) {
  const { t } = useTranslation();
  return (
    <Page title={product.name} heading={false}>
      {/* Data, not a script: the content security policy has no part in it. */}
      <script type="application/ld+json">{JSON.stringify(structuredData(product, location.origin))}</script>
      <Trail product={product} />
      <div className={classes.layout}>
        <div className={classes.stage}>
          <Gallery product={product} />
        </div>
        <div className={classes.buy}>
          {product.brand !== undefined && (
            <Link className={classes.brand} to={`/products?brand=${encodeURIComponent(product.brand)}`}>
              {product.brand}
            </Link>
          )}
          <h1 className={classes.name}>{product.name}</h1>
          <p className={classes.summary}>{product.summary}</p>
          <BuyBox product={product} />
        </div>
        <div className={classes.text}>
          <section aria-labelledby="about">
            <h2 id="about">{t('product.about', { name: product.name })}</h2>
            <Description text={product.description ?? ''} />
          </section>
          <Attributes product={product} />
        </div>
      </div>
      <Related product={product} />
      <RecentlySeen product={product} />
    </Page>
  );
}

function Trail({ product }: { product: Product }) {
  const { t } = useTranslation();
  const { data } = useQuery(categoriesQuery);
  const category = product.categories[0];
  return (
    <nav className={classes.trail} aria-label={t('product.categories')}>
      <Link to="/products">{t('shop.catalogue')}</Link>
      {category !== undefined && (
        <>
          <span aria-hidden>/</span>
          <Link to={`/products?category=${category}`}>{nameOf(category, data?.items)}</Link>
        </>
      )}
    </nav>
  );
}

function Attributes({ product }: { product: Product }) {
  const { t } = useTranslation();
  const { data } = useQuery(categoriesQuery);
  const attributeName = useAttributeName();
  const rows: [string, string][] = [
    ...(product.brand !== undefined ? [[t('product.brand'), product.brand] as [string, string]] : []),
    [t('product.categories'), product.categories.map((slug) => nameOf(slug, data?.items)).join(', ')],
    ...Object.entries(product.attributes).map(
      ([name, value]): [string, string] => [attributeName(name), value],
    ),
  ];
  return (
    <section aria-labelledby="details">
      <h2 id="details">{t('product.details')}</h2>
      <dl className={classes.attributes}>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {/^https?:\/\/\S+$/.test(value) ? (
                <a href={value} rel="noopener noreferrer nofollow">
                  {value}
                </a>
              ) : (
                value
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** What the merchant set beside it or, where that is nothing, more of its category. */
function Related({ product }: { product: Product }) {
  const { t } = useTranslation();
  const category = product.categories[0];
  const chosen = useQuery(relatedQuery(product.id));
  const none = chosen.data?.items.length === 0 || chosen.isError;
  const shelf = useQuery({ ...shelfQuery({ ...(category !== undefined && { category }), limit: 5 }), enabled: none && category !== undefined });
  const others = (none ? shelf.data?.items : chosen.data?.items)?.filter(({ id }) => id !== product.id).slice(0, 4);
  if (none && (category === undefined || others?.length === 0 || (shelf.isError && !shelf.data))) return null;
  return (
    <section className={classes.related} aria-labelledby="related">
      <h2 id="related">{t('product.related')}</h2>
      <ProductGrid products={others} placeholders={4} />
    </section>
  );
}

function Placeholder() {
  return (
    <div className={classes.layout} aria-busy>
      <Skeleton className={classes.stage} />
      <div className={classes.buy}>
        <Skeleton height={14} width="30%" mb={16} />
        <Skeleton height={38} width="70%" mb={16} />
        <Skeleton height={16} mb={8} />
        <Skeleton height={16} width="80%" mb={32} />
        <Skeleton height={72} radius="md" mb={12} />
        <Skeleton height={72} radius="md" mb={24} />
        <Skeleton height={48} radius="xl" />
      </div>
    </div>
  );
}
