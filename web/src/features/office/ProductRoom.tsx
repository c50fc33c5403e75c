import { Alert, Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useBlocker, useNavigate, useParams } from 'react-router';
import { api, unwrap } from '../../api/client';
import { hasCode } from '../../api/problem';
import type { AdminProduct } from '../../api/types';
import { ErrorNote } from '../../ui/ErrorNote';
import { Loading } from '../../ui/Loading';
import { Conflict } from './Conflict';
import { listOf, newDraft, toDraft, toInput, type Draft } from './draft';
import { History } from './History';
import { Badge, fieldErrors, Refusal, RoomHead, type FieldErrors } from './parts';
import { Pictures } from './Pictures';
import { ProductForm } from './ProductForm';
import { tones } from './ProductsRoom';
import { historyQuery, productQuery } from './queries';
import classes from './room.module.css';

export function ProductRoom() {
  const { id = '' } = useParams();
  if (id === 'new') return <Editor key="new" />;
  return <Existing key={id} id={id} />;
}

function Existing({ id }: { id: string }) {
  const product = useQuery(productQuery(id));
  if (product.isError && !product.data) return <ErrorNote error={product.error} onRetry={() => void product.refetch()} />;
  if (!product.data) return <Loading />;
  return <Editor product={product.data} />;
}

/** What is written stays in the form until it is saved or thrown away by who wrote it. */
function Editor({ product }: { product?: AdminProduct }) {
  const { t } = useTranslation('office');
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [draft, setDraft] = useState<Draft>(() => (product ? toDraft(product.product) : newDraft()));
  const [changed, setChanged] = useState(false);
  const [local, setLocal] = useState<FieldErrors>({});
  const save = useSave(product);
  const archive = useArchive(product, () => setDraft((was) => ({ ...was, status: 'archived' })));
  const [asked, setAsked] = useState(false);
  const leaving = useLeaveGuard(changed);
  const errors = { ...fieldErrors(save.error), ...local };
  const made = product ? undefined : save.data?.id;
  // Not before nothing is unsaved any more: the guard would hold it.
  useEffect(() => {
    if (made !== undefined && !changed) void navigate(`/office/products/${made}`, { replace: true });
  }, [made, changed, navigate]);

  const edit = (change: Partial<Draft>) => {
    setDraft((was) => ({ ...was, ...change }));
    setChanged(true);
  };
  const show = (saved: AdminProduct) => {
    setChanged(false);
    setDraft(toDraft(saved.product));
    queries.setQueryData(productQuery(saved.id).queryKey, saved);
    void queries.invalidateQueries({ queryKey: historyQuery(saved.id).queryKey });
  };
  const submit = (version = product?.version) => {
    const { input, errors: bad } = toInput(draft, t('product.badPrice'), t('product.badSchema'));
    setLocal(bad);
    if (Object.keys(bad).length > 0) return;
    save.mutate(
      { input, version },
      {
        onSuccess: (saved) => {
          show(saved);
          void queries.invalidateQueries({ queryKey: ['own', 'office', 'products'] });
        },
      },
    );
  };
  const restored = (saved: AdminProduct) => {
    show(saved);
    save.reset();
    void queries.invalidateQueries({ queryKey: ['own', 'office', 'products'] });
  };
  const takeTheirs = (theirs: AdminProduct) => {
    show(theirs);
    save.reset();
  };

  const title = product ? draft.name || product.product.name : t('products.new');
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <RoomHead title={title}>
        {product && <Badge tone={tones[product.product.status ?? 'draft']}>{t(`status.${product.product.status ?? 'draft'}`)}</Badge>}
        {product?.product.status === 'active' && (
          <Button component={Link} to={`/products/${product.product.slug}`} target="_blank" variant="default" size="xs">
            {t('product.view')}
          </Button>
        )}
      </RoomHead>
      {hasCode(save.error, 'etag.mismatch') ? (
        <Conflict
          id={product?.id ?? ''}
          since={save.submittedAt}
          mine={toInput(draft, '').input}
          onTheirs={takeTheirs}
          onMine={({ version }) => submit(version)}
        />
      ) : (
        save.isError && <Refusal error={save.error} shown={shownPointers(draft)} />
      )}
      {archive.isError && <Refusal error={archive.error} />}
      {Object.keys(local).length > 0 && (
        <Alert role="alert" color="red" variant="light" title={t('refused')} mb="md">
          {t('product.badFields')}
        </Alert>
      )}
      <ProductForm draft={draft} errors={errors} edit={edit} isNew={!product} />
      {leaving.state === 'blocked' && (
        <Alert role="alert" color="orange" variant="light" title={t('product.unsavedTitle')} mb="md">
          <Button size="xs" variant="default" mr="xs" onClick={() => leaving.reset()}>
            {t('product.stay')}
          </Button>
          <Button size="xs" color="red" variant="light" onClick={() => leaving.proceed()}>
            {t('product.leave')}
          </Button>
        </Alert>
      )}
      <div className={classes.sticky}>
        <Button type="submit" loading={save.isPending}>
          {t('save')}
        </Button>
        <span className={classes.quiet} role="status">
          {save.isSuccess && !changed ? t('saved') : changed ? t('unsaved') : ''}
        </span>
        {product && product.product.status !== 'archived' && (
          <Button
            variant="subtle"
            color="red"
            ml="auto"
            disabled={changed}
            loading={archive.isPending}
            onClick={() => (asked ? archive.mutate() : setAsked(true))}
          >
            {asked ? t('product.archiveSure') : t('product.archive')}
          </Button>
        )}
      </div>
      {product && <Pictures product={product} unsaved={changed} onChanged={restored} />}
      {product && <History product={product} unsaved={changed} onRestored={restored} />}
    </form>
  );
}

function useSave(product: AdminProduct | undefined) {
  return useMutation({
    mutationFn: ({ input, version }: { input: AdminProduct['product']; version: number | undefined }) =>
      product && version !== undefined
        ? unwrap(
            api.PUT('/api/admin/products/{id}', {
              params: { path: { id: product.id }, header: { 'If-Match': `"${version}"` } },
              body: input,
            }),
          )
        : unwrap(api.POST('/api/admin/products', { body: input })),
  });
}

function useArchive(product: AdminProduct | undefined, onArchived: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => {
      const { id = '', version = 0 } = product ?? {};
      return unwrap(api.POST('/api/admin/products/{id}/archive', { params: { path: { id }, header: { 'If-Match': `"${version}"` } } }));
    },
    onSuccess: (archived) => {
      onArchived();
      queries.setQueryData(productQuery(archived.id).queryKey, archived);
      void queries.invalidateQueries({ queryKey: ['own', 'office', 'products'] });
    },
  });
}

function useLeaveGuard(unsaved: boolean) {
  useEffect(() => {
    if (!unsaved) return undefined;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [unsaved]);
  return useBlocker(({ currentLocation, nextLocation }) => unsaved && currentLocation.pathname !== nextLocation.pathname);
}

/** Of the form's own fields. */
function shownPointers(draft: Draft): string[] {
  const plain = ['slug', 'name', 'summary', 'description', 'brand', 'kind', 'status', 'categories', 'tags', 'options', 'related', 'publish_at', 'unpublish_at', 'customization_schema'].map((name) => `/${name}`);
  const lists = (['options', 'related'] as const).flatMap((name) => listOf(draft[name]).map((_, at) => `/${name}/${at}`));
  const variants = draft.variants.flatMap(({ prices, attributes, sales }, at) => [
    ...['sku', 'name', 'kind'].map((name) => `/variants/${at}/${name}`),
    ...prices.map(({ name }) => `/variants/${at}/prices/${name}`),
    ...attributes.map(({ name }) => `/variants/${at}/attributes/${name}`),
    ...sales.flatMap((sale, number) =>
      ['prices', 'from', 'until', ...sale.prices.map(({ name }) => `prices/${name}`)].map((name) => `/variants/${at}/sales/${number}/${name}`),
    ),
  ]);
  const texts = draft.texts.flatMap(({ language }) => ['name', 'summary', 'description', 'keywords'].map((name) => `/texts/${language}/${name}`));
  return [...plain, ...lists, ...variants, ...texts, ...draft.attributes.map(({ name }) => `/attributes/${name}`)];
}
