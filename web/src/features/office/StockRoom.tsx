import { Button, NativeSelect, NumberInput, TextInput } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { api, unwrap } from '../../api/client';
import type { StockLevel } from '../../api/types';
import { ErrorNote } from '../../ui/ErrorNote';
import { randomId } from '../../ui/ids';
import { MoreButton } from '../../ui/MoreButton';
import { useDate } from '../../ui/useDate';
import { LowStock } from './LowStock';
import { Refusal, RoomHead, Table } from './parts';
import { movementsQuery, stockQuery } from './queries';
import classes from './room.module.css';

export function StockRoom() {
  const { t } = useTranslation('office');
  const [params, setParams] = useSearchParams();
  const sku = params.get('sku') ?? '';
  const level = useQuery(stockQuery(sku));
  return (
    <>
      <RoomHead title={t('room.stock')} />
      <Chooser key={sku} sku={sku} choose={(to) => setParams(to ? { sku: to } : {})} />
      {sku === '' && <LowStock />}
      {level.isError && !level.data ? (
        <Refusal error={level.error} />
      ) : (
        level.data && (
          <div className={classes.columns} data-narrow-first>
            <div>
              <Level level={level.data.data} />
              {level.data.data.tracked && <Change key={sku} sku={sku} />}
              {level.data.data.tracked && <Policy key={level.data.etag} level={level.data.data} etag={level.data.etag} />}
            </div>
            <Movements sku={sku} />
          </div>
        )
      )}
    </>
  );
}

/** Which SKU is looked at. */
function Chooser({ sku, choose }: { sku: string; choose: (to: string) => void }) {
  const { t } = useTranslation('office');
  const [typed, setTyped] = useState(sku);
  return (
    <form
      className={classes.bar}
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        choose(typed.trim());
      }}
    >
      <TextInput label={t('product.sku')} description={t('stock.hint')} value={typed} onChange={({ currentTarget }) => setTyped(currentTarget.value)} />
      <Button type="submit" variant="default">
        {t('stock.show')}
      </Button>
    </form>
  );
}

function Level({ level }: { level: StockLevel }) {
  const { t } = useTranslation('office');
  return (
    <section className={classes.card} aria-labelledby="level">
      <h2 id="level">{level.sku}</h2>
      {level.tracked ? (
        <dl className={classes.facts}>
          {(['available', 'on_hand', 'held', 'committed'] as const).map((name) => (
            <div key={name}>
              <dt>{t(`stock.${name}`)}</dt>
              <dd data-testid={`stock-${name}`}>{level[name]}</dd>
            </div>
          ))}
        </dl>
      ) : (
        <p className={classes.quiet}>{t('stock.untracked')}</p>
      )}
    </section>
  );
}

const kinds = ['receive', 'adjust', 'count'] as const;
type Kind = (typeof kinds)[number];

function Change({ sku }: { sku: string }) {
  const { t } = useTranslation('office');
  const queries = useQueryClient();
  const [kind, setKind] = useState<Kind>('receive');
  const [quantity, setQuantity] = useState<number | ''>('');
  const [note, setNote] = useState('');
  // The same change sent twice is one change: it has a key until it is known to be done or refused.
  const attempt = useRef(randomId());
  const change = useMutation({
    mutationFn: (amount: number) => post(sku, kind, amount, note.trim(), attempt.current),
    onSuccess: async () => {
      attempt.current = randomId();
      setQuantity('');
      setNote('');
      await queries.invalidateQueries({ queryKey: ['own', 'office'] });
    },
  });
  const edited = <T,>(set: (to: T) => void) => (to: T) => {
    attempt.current = randomId();
    set(to);
  };
  return (
    <section className={classes.card} aria-labelledby="change">
      <h2 id="change">{t('stock.change')}</h2>
      {change.isError && <Refusal error={change.error} />}
      <form
        className={classes.fields}
        onSubmit={(event) => {
          event.preventDefault();
          if (quantity !== '') change.mutate(quantity);
        }}
      >
        <NativeSelect
          label={t('stock.what')}
          value={kind}
          onChange={({ currentTarget }) => edited(setKind)(currentTarget.value as Kind)}
          data={kinds.map((value) => ({ value, label: t(`stock.kind.${value}`) }))}
        />
        <NumberInput
          label={t(`stock.quantity.${kind}`)}
          value={quantity}
          allowDecimal={false}
          onChange={(to) => edited(setQuantity)(typeof to === 'number' ? to : '')}
        />
        <TextInput label={t('stock.note')} value={note} onChange={({ currentTarget }) => edited(setNote)(currentTarget.value)} />
        <Button type="submit" loading={change.isPending} disabled={quantity === ''}>
          {t('stock.book')}
        </Button>
      </form>
    </section>
  );
}

function post(sku: string, kind: Kind, amount: number, note: string, key: string) {
  const params = { path: { sku }, header: { 'Idempotency-Key': key } };
  const more = note ? { note } : {};
  if (kind === 'receive') return unwrap(api.POST('/api/admin/inventory/{sku}/receive', { params, body: { quantity: amount, ...more } }));
  if (kind === 'count') return unwrap(api.POST('/api/admin/inventory/{sku}/count', { params, body: { on_hand: amount, ...more } }));
  return unwrap(api.POST('/api/admin/inventory/{sku}/adjust', { params, body: { delta: amount, note } }));
}

function Policy({ level, etag }: { level: StockLevel; etag: string }) {
  const { t } = useTranslation('office');
  const queries = useQueryClient();
  const [threshold, setThreshold] = useState<number | ''>(level.policy.low_stock_threshold);
  const save = useMutation({
    mutationFn: (low_stock_threshold: number) =>
      unwrap(
        api.PUT('/api/admin/inventory/{sku}/policy', {
          params: { path: { sku: level.sku }, header: { 'If-Match': etag } },
          body: { low_stock_threshold },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['own', 'office'] }),
  });
  return (
    <section className={classes.card} aria-labelledby="policy">
      <h2 id="policy">{t('stock.policy')}</h2>
      {save.isError && <Refusal error={save.error} />}
      <form
        className={classes.row}
        onSubmit={(event) => {
          event.preventDefault();
          if (threshold !== '') save.mutate(threshold);
        }}
      >
        <NumberInput
          label={t('stock.threshold')}
          min={0}
          allowDecimal={false}
          value={threshold}
          onChange={(to) => setThreshold(typeof to === 'number' ? to : '')}
        />
        <Button type="submit" variant="default" loading={save.isPending} disabled={threshold === '' || threshold === level.policy.low_stock_threshold}>
          {t('save')}
        </Button>
      </form>
    </section>
  );
}

function Movements({ sku }: { sku: string }) {
  const { t } = useTranslation('office');
  const date = useDate();
  const movements = useInfiniteQuery(movementsQuery(sku));
  const items = movements.data?.pages.flatMap((page) => page.items);
  if (movements.isError && !items) return <ErrorNote error={movements.error} onRetry={() => void movements.refetch()} />;
  return (
    <section className={classes.section} aria-labelledby="movements">
      <h2 id="movements">{t('stock.movements')}</h2>
      {items?.length === 0 ? (
        <p className={classes.quiet}>{t('stock.noMovements')}</p>
      ) : (
        <Table
          label={t('stock.movements')}
          columns={[
            { title: t('stock.when') },
            { title: t('stock.what') },
            { title: t('stock.units'), number: true },
            { title: t('stock.on_hand'), number: true },
            { title: t('stock.held'), number: true },
            { title: t('stock.note') },
          ]}
        >
          {(items ?? []).map((one) => (
            <tr key={one.seq}>
              <td className={classes.quiet}><time dateTime={one.at}>{date.dayTime(one.at)}</time></td>
              <td>{t(`stock.verb.${one.verb}`)}</td>
              <td className={classes.number}>{one.quantity}</td>
              <td className={classes.number}>{one.on_hand}</td>
              <td className={classes.number}>{one.held + one.committed}</td>
              <td className={classes.quiet}>{one.note ?? one.reference}</td>
            </tr>
          ))}
        </Table>
      )}
      <MoreButton list={movements} />
    </section>
  );
}
