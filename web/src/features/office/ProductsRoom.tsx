import { NativeSelect, TextInput } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import type { AdminProduct, Money, ProductStatus, ProductSummary } from '../../api/types';
import { ErrorNote } from '../../ui/ErrorNote';
import { LinkButton } from '../../ui/LinkButton';
import { Loading } from '../../ui/Loading';
import { MoreButton } from '../../ui/MoreButton';
import { useMoney } from '../../ui/Price';
import { ProductIcon } from '../../ui/ProductIcon';
import { useDate } from '../../ui/useDate';
import { Badge, RoomHead, Table, type Tone } from './parts';
import { foundQuery, productsQuery } from './queries';
import classes from './room.module.css';

const statuses: readonly ProductStatus[] = ['draft', 'active', 'archived'];
export const tones: Readonly<Record<ProductStatus, Tone>> = { draft: 'warn', active: 'good', archived: 'quiet' };

interface Row {
  id: string;
  name: string;
  slug: string;
  image?: string | undefined;
  status: ProductStatus;
  prices: readonly Money[];
  variants: number;
  changed?: string;
}

/** The lowest price in the currency that comes first. */
function lowest(prices: readonly Money[]): Money | undefined {
  const [first] = prices;
  return prices.filter(({ currency }) => currency === first?.currency).reduce<Money | undefined>((least, one) => (least && least.amount <= one.amount ? least : one), undefined);
}

const fromAdmin = ({ id, product, images, updated_at }: AdminProduct): Row => ({
  id,
  name: product.name,
  slug: product.slug,
  image: images?.[0]?.url,
  status: product.status ?? 'draft',
  prices: product.variants.flatMap(({ prices }) => Object.entries(prices).map(([currency, amount]) => ({ currency, amount }))),
  variants: product.variants.length,
  changed: updated_at,
});

const fromShop = ({ id, name, slug, image, variants }: ProductSummary): Row => ({
  id,
  name,
  slug,
  image,
  status: 'active',
  prices: variants.map(({ price }) => price),
  variants: variants.length,
});

export function ProductsRoom() {
  const { t } = useTranslation('office');
  const [params, setParams] = useSearchParams();
  const [typed, setTyped] = useState(params.get('q') ?? '');
  const status = statuses.find((one) => one === params.get('status'));
  const q = params.get('q') ?? '';
  const all = useInfiniteQuery({ ...productsQuery(status), enabled: q === '' });
  const found = useQuery(foundQuery(q));
  const rows: Row[] | undefined =
    q === ''
      ? all.data?.pages.flatMap(({ items }) => items.map(fromAdmin))
      : found.data?.items.map(fromShop);
  const list = q === '' ? all : found;
  return (
    <>
      <RoomHead title={t('room.products')}>
        <LinkButton to="/office/products/new" size="sm">
          {t('products.new')}
        </LinkButton>
      </RoomHead>
      <form
        className={classes.bar}
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          setParams(typed.trim() === '' ? {} : { q: typed.trim() });
        }}
      >
        <TextInput
          type="search"
          label={t('products.find')}
          description={t('products.findHint')}
          value={typed}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        />
        <NativeSelect
          label={t('products.status')}
          value={status ?? ''}
          disabled={q !== ''}
          onChange={({ currentTarget }) => setParams(currentTarget.value ? { status: currentTarget.value } : {})}
          data={[{ value: '', label: t('products.every') }, ...statuses.map((value) => ({ value, label: t(`status.${value}`) }))]}
        />
      </form>
      {list.isError && !rows ? (
        <ErrorNote error={list.error} onRetry={() => void list.refetch()} />
      ) : !rows ? (
        <Loading />
      ) : rows.length === 0 ? (
        <p className={classes.quiet}>{t('products.none')}</p>
      ) : (
        <ProductTable rows={rows} />
      )}
      {q === '' && <MoreButton list={all} />}
    </>
  );
}

function ProductTable({ rows }: { rows: readonly Row[] }) {
  const { t } = useTranslation('office');
  const date = useDate();
  const money = useMoney();
  const price = (prices: readonly Money[]) => {
    const least = lowest(prices);
    if (!least) return '';
    return prices.some(({ currency, amount }) => currency === least.currency && amount !== least.amount)
      ? t('products.from', { price: money(least) })
      : money(least);
  };
  return (
    <Table
      label={t('room.products')}
      columns={[
        { title: t('products.name') },
        { title: t('products.status') },
        { title: t('products.price'), number: true },
        { title: t('products.variants'), number: true, extra: true },
        { title: t('products.changed'), extra: true },
      ]}
    >
      {rows.map((row) => (
        <tr key={row.id}>
          <td>
            <div className={classes.named}>
              <ProductIcon slug={row.slug} name={row.name} image={row.image} size="xs" />
              <div>
                <Link to={`/office/products/${row.id}`}>{row.name}</Link>
                <div className={classes.quiet}>{row.slug}</div>
              </div>
            </div>
          </td>
          <td>
            <Badge tone={tones[row.status]}>{t(`status.${row.status}`)}</Badge>
          </td>
          <td className={classes.number}>{price(row.prices)}</td>
          <td className={`${classes.number} ${classes.extra}`}>{row.variants}</td>
          <td className={`${classes.quiet} ${classes.extra}`}>{row.changed && <time dateTime={row.changed}>{date.dayTime(row.changed)}</time>}</td>
        </tr>
      ))}
    </Table>
  );
}
