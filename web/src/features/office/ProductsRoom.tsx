import { NativeSelect, TextInput } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import type { ProductStatus } from '../../api/types';
import { ErrorNote } from '../../ui/ErrorNote';
import { LinkButton } from '../../ui/LinkButton';
import { Loading } from '../../ui/Loading';
import { MoreButton } from '../../ui/MoreButton';
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
  status: ProductStatus;
  variants: number;
  changed?: string;
}

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
      ? all.data?.pages.flatMap(({ items }) =>
          items.map(({ id, product, updated_at }) => ({
            id,
            name: product.name,
            slug: product.slug,
            status: product.status ?? 'draft',
            variants: product.variants.length,
            changed: updated_at,
          })),
        )
      : found.data?.items.map(({ id, name, slug, variants }) => ({ id, name, slug, status: 'active', variants: variants.length }));
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
  return (
    <Table
      label={t('room.products')}
      columns={[{ title: t('products.name') }, { title: t('products.status') }, { title: t('products.variants'), number: true }, { title: t('products.changed') }]}
    >
      {rows.map((row) => (
        <tr key={row.id}>
          <td>
            <Link to={`/office/products/${row.id}`}>{row.name}</Link>
            <div className={classes.quiet}>{row.slug}</div>
          </td>
          <td>
            <Badge tone={tones[row.status]}>{t(`status.${row.status}`)}</Badge>
          </td>
          <td className={classes.number}>{row.variants}</td>
          <td className={classes.quiet}>{row.changed && <time dateTime={row.changed}>{date.dayTime(row.changed)}</time>}</td>
        </tr>
      ))}
    </Table>
  );
}
