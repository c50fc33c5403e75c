import { useQuery } from '@tanstack/react-query';
import { IconArrowRight, IconBolt, IconRoute, IconShieldCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Category, ProductSummary } from '../../api/types';
import { ErrorNote } from '../../ui/ErrorNote';
import { LinkButton } from '../../ui/LinkButton';
import { useTitle } from '../../ui/Page';
import { ProductIcon } from '../../ui/ProductIcon';
import { CategoryIcon } from './CategoryIcon';
import classes from './HomePage.module.css';
import { ProductGrid } from './ProductGrid';
import { categoriesQuery, shelfQuery } from './queries';

const shelfSize = 8;
const wallSize = 15;

export function HomePage() {
  const { t } = useTranslation();
  useTitle(t('nav.home'));
  const newest = useQuery(shelfQuery({ sort: '-created_at', limit: 24 }));
  const categories = useQuery(categoriesQuery);
  const largest = [...(categories.data?.items ?? [])].sort((a, b) => b.product_count - a.product_count);

  return (
    <>
      <Hero products={newest.data?.items ?? []} />
      <div className={classes.page}>
        <section aria-labelledby="categories">
          <SectionHead id="categories" title={t('home.categories')} to="/products" />
          {categories.isError ? (
            <ErrorNote error={categories.error} onRetry={() => void categories.refetch()} />
          ) : (
            <CategoryGrid categories={largest.slice(0, 8)} />
          )}
        </section>
        <section aria-labelledby="new">
          <SectionHead id="new" title={t('home.new')} to="/products?sort=-created_at" />
          {newest.isError ? (
            <ErrorNote error={newest.error} onRetry={() => void newest.refetch()} />
          ) : (
            <ProductGrid products={newest.data?.items.slice(0, shelfSize)} placeholders={shelfSize} />
          )}
        </section>
        <Promises />
        {largest.slice(0, 2).map((category) => (
          <Shelf key={category.slug} category={category} />
        ))}
      </div>
    </>
  );
}

function Hero({ products }: { products: readonly ProductSummary[] }) {
  const { t } = useTranslation();
  const wall = products.filter(({ image }) => image !== undefined).slice(0, wallSize);
  return (
    <section className={classes.hero}>
      <div className={classes.heroInner}>
        <div className={classes.pitch}>
          <h1 className={classes.headline}>{t('home.title')}</h1>
          <p className={classes.lead}>{t('home.lead')}</p>
          <LinkButton to="/products" size="lg" className={classes.browse} rightSection={<IconArrowRight size={19} aria-hidden />}>
            {t('home.browse')}
          </LinkButton>
        </div>
        <div className={classes.wall} aria-hidden>
          {wall.map((product) => (
            <Link key={product.id} to={`/products/${product.slug}`} tabIndex={-1} className={classes.tile}>
              <ProductIcon slug={product.slug} name={product.name} image={product.image} size="lg" stage eager />
            </Link>
          ))}
        </div>
      </div>
    </section>
  );
}

function SectionHead({ id, title, to }: { id: string; title: string; to: string }) {
  const { t } = useTranslation();
  return (
    <div className={classes.sectionHead}>
      <h2 id={id}>{title}</h2>
      <Link to={to} aria-label={`${t('home.seeAll')}: ${title}`}>
        {t('home.seeAll')}
        <IconArrowRight size={16} aria-hidden />
      </Link>
    </div>
  );
}

function CategoryGrid({ categories }: { categories: readonly Category[] }) {
  const { t, i18n } = useTranslation();
  const number = new Intl.NumberFormat(i18n.language);
  return (
    <ul className={classes.categories}>
      {categories.map(({ slug, name, product_count: count }) => (
        <li key={slug}>
          <Link to={`/products?category=${slug}`} className={classes.category}>
            <span className={classes.categoryIcon}>
              <CategoryIcon slug={slug} />
            </span>
            <span>
              <span className={classes.categoryName}>{name}</span>
              <span className={classes.categoryCount}>{t('home.products', { count, formatted: number.format(count) })}</span>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Shelf({ category }: { category: Category }) {
  const { data, isError } = useQuery(shelfQuery({ category: category.slug, sort: '-popularity', limit: 4 }));
  const id = `shelf-${category.slug}`;
  if (isError && !data) return null; // one shelf less is no reason to trouble anybody
  return (
    <section aria-labelledby={id}>
      <SectionHead id={id} title={category.name} to={`/products?category=${category.slug}`} />
      <ProductGrid products={data?.items} placeholders={4} />
    </section>
  );
}

function Promises() {
  const { t } = useTranslation();
  const promises = [
    { icon: IconBolt, title: t('home.promises.instantTitle'), text: t('home.promises.instantText') },
    { icon: IconRoute, title: t('home.promises.liveTitle'), text: t('home.promises.liveText') },
    { icon: IconShieldCheck, title: t('home.promises.safeTitle'), text: t('home.promises.safeText') },
  ];
  return (
    <ul className={classes.promises}>
      {promises.map(({ icon: Icon, title, text }) => (
        <li key={title}>
          <Icon size={26} stroke={1.6} aria-hidden />
          <h3>{title}</h3>
          <p>{text}</p>
        </li>
      ))}
    </ul>
  );
}
