import { ActionIcon, Button, Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { ProductKind, ProductStatus } from '../../api/types';
import { newKey, newTexts, newVariant, slugOf, type Draft, type Pair, type TextsDraft, type VariantDraft } from './draft';
import type { FieldErrors } from './parts';
import classes from './room.module.css';

interface FormProps {
  draft: Draft;
  errors: FieldErrors;
  edit: (change: Partial<Draft>) => void;
  isNew: boolean;
}

export function ProductForm({ draft, errors, edit, isNew }: FormProps) {
  const { t } = useTranslation('office');
  const named = (name: string) => edit(isNew && draft.slug === slugOf(draft.name) ? { name, slug: slugOf(name) } : { name });
  return (
    <div className={classes.columns}>
      <div>
        <section className={classes.card} aria-labelledby="texts">
          <h2 id="texts">{t('product.texts')}</h2>
          <div className={classes.fields}>
            <Text label={t('product.name')} value={draft.name} error={errors['/name']} change={named} />
            <Text label={t('product.slug')} description={t('product.slugHint')} value={draft.slug} error={errors['/slug']} change={(slug) => edit({ slug })} />
            <Text label={t('product.summary')} value={draft.summary} error={errors['/summary']} change={(summary) => edit({ summary })} />
            <Long
              label={t('product.description')}
              description={t('product.descriptionHint')}
              value={draft.description}
              error={errors['/description']}
              change={(description) => edit({ description })}
            />
          </div>
        </section>
        <Variants variants={draft.variants} errors={errors} change={(variants) => edit({ variants })} />
        <Translations texts={draft.texts} errors={errors} change={(texts) => edit({ texts })} />
      </div>
      <div>
        <section className={classes.card} aria-labelledby="selling">
          <h2 id="selling">{t('product.selling')}</h2>
          <div className={classes.fields}>
            <NativeSelect
              label={t('products.status')}
              value={draft.status}
              error={errors['/status']}
              onChange={({ currentTarget }) => edit({ status: currentTarget.value as ProductStatus })}
              data={(['draft', 'active', 'archived'] as const).map((value) => ({ value, label: t(`status.${value}`) }))}
            />
            <Kind label={t('product.kind')} value={draft.kind} error={errors['/kind']} change={(kind) => kind && edit({ kind })} />
          </div>
        </section>
        <section className={classes.card} aria-labelledby="finding">
          <h2 id="finding">{t('product.finding')}</h2>
          <div className={classes.fields}>
            <Text label={t('product.brand')} value={draft.brand} error={errors['/brand']} change={(brand) => edit({ brand })} />
            <Text
              label={t('product.categories')}
              description={t('product.commas')}
              value={draft.categories}
              error={errors['/categories']}
              change={(categories) => edit({ categories })}
            />
            <Text label={t('product.tags')} description={t('product.commas')} value={draft.tags} error={errors['/tags']} change={(tags) => edit({ tags })} />
            <Pairs
              title={t('product.attributes')}
              pairs={draft.attributes}
              pointer="/attributes"
              errors={errors}
              change={(attributes) => edit({ attributes })}
            />
          </div>
        </section>
      </div>
    </div>
  );
}

function Variants({ variants, errors, change }: { variants: VariantDraft[]; errors: FieldErrors; change: (to: VariantDraft[]) => void }) {
  const { t } = useTranslation('office');
  const edit = (key: number, part: Partial<VariantDraft>) => change(variants.map((one) => (one.key === key ? { ...one, ...part } : one)));
  return (
    <section className={classes.card} aria-labelledby="variants">
      <h2 id="variants">{t('products.variants')}</h2>
      <div className={classes.fields}>
        {variants.map((variant, at) => (
          <fieldset key={variant.key} className={classes.item}>
            <legend>{variant.name || t('product.variant', { number: at + 1 })}</legend>
            <div className={classes.row}>
              <Text label={t('product.sku')} value={variant.sku} error={errors[`/variants/${at}/sku`]} change={(sku) => edit(variant.key, { sku })} />
              <Text label={t('product.variantName')} value={variant.name} error={errors[`/variants/${at}/name`]} change={(name) => edit(variant.key, { name })} />
              <Kind
                label={t('product.kind')}
                value={variant.kind}
                none={t('product.kindOfProduct')}
                error={errors[`/variants/${at}/kind`]}
                change={(kind) => edit(variant.key, { kind })}
              />
            </div>
            <Pairs
              title={t('product.prices')}
              names={t('product.currency')}
              values={t('product.price')}
              pairs={variant.prices}
              pointer={`/variants/${at}/prices`}
              errors={errors}
              change={(prices) => edit(variant.key, { prices })}
            />
            <Pairs
              title={t('product.attributes')}
              pairs={variant.attributes}
              pointer={`/variants/${at}/attributes`}
              errors={errors}
              change={(attributes) => edit(variant.key, { attributes })}
            />
            <Checkbox
              label={t('product.stockTracked')}
              checked={variant.stockTracked}
              onChange={({ currentTarget }) => edit(variant.key, { stockTracked: currentTarget.checked })}
            />
            <div className={classes.row}>
              <Button size="xs" variant="default" disabled={variants.length === 1} onClick={() => change(variants.filter(({ key }) => key !== variant.key))}>
                {t('product.removeVariant', { name: variant.name || variant.sku })}
              </Button>
            </div>
          </fieldset>
        ))}
        <div className={classes.row}>
          <Button size="xs" variant="light" onClick={() => change([...variants, newVariant()])}>
            {t('product.addVariant')}
          </Button>
        </div>
      </div>
    </section>
  );
}

function Translations({ texts, errors, change }: { texts: TextsDraft[]; errors: FieldErrors; change: (to: TextsDraft[]) => void }) {
  const { t } = useTranslation('office');
  const edit = (key: number, part: Partial<TextsDraft>) => change(texts.map((one) => (one.key === key ? { ...one, ...part } : one)));
  return (
    <section className={classes.card} aria-labelledby="languages">
      <h2 id="languages">{t('product.languages')}</h2>
      <div className={classes.fields}>
        {texts.map((one) => {
          const at = `/texts/${one.language}`;
          return (
            <fieldset key={one.key} className={classes.item}>
              <legend>{one.language || t('product.language')}</legend>
              <div className={classes.row}>
                <Text label={t('product.language')} description={t('product.languageHint')} value={one.language} error={errors[at] ?? errors['/texts']} change={(language) => edit(one.key, { language })} />
                <Text label={t('product.name')} value={one.name} error={errors[`${at}/name`]} change={(name) => edit(one.key, { name })} />
              </div>
              <Text label={t('product.summary')} value={one.summary} error={errors[`${at}/summary`]} change={(summary) => edit(one.key, { summary })} />
              <Long label={t('product.description')} value={one.description} error={errors[`${at}/description`]} change={(description) => edit(one.key, { description })} />
              <Text label={t('product.keywords')} description={t('product.commas')} value={one.keywords} error={errors[`${at}/keywords`]} change={(keywords) => edit(one.key, { keywords })} />
              <div className={classes.row}>
                <Button size="xs" variant="default" onClick={() => change(texts.filter(({ key }) => key !== one.key))}>
                  {t('product.removeLanguage', { language: one.language })}
                </Button>
              </div>
            </fieldset>
          );
        })}
        <div className={classes.row}>
          <Button size="xs" variant="light" onClick={() => change([...texts, newTexts()])}>
            {t('product.addLanguage')}
          </Button>
        </div>
      </div>
    </section>
  );
}

interface PairsProps {
  title: string;
  names?: string;
  values?: string;
  pairs: Pair[];
  pointer: string;
  errors: FieldErrors;
  change: (to: Pair[]) => void;
}

/** A map being edited: its names and values in rows. */
function Pairs({ title, names, values, pairs, pointer, errors, change }: PairsProps) {
  const { t } = useTranslation('office');
  const edit = (key: number, part: Partial<Pair>) => change(pairs.map((one) => (one.key === key ? { ...one, ...part } : one)));
  return (
    <div role="group" aria-label={title} className={classes.fields}>
      {pairs.map((pair) => (
        <div key={pair.key} className={classes.row}>
          <Text label={names ?? t('product.attribute')} value={pair.name} change={(name) => edit(pair.key, { name })} />
          <Text
            label={values ?? t('product.value')}
            value={pair.value}
            error={errors[`${pointer}/${values ? pair.name.trim().toUpperCase() : pair.name.trim()}`]}
            change={(value) => edit(pair.key, { value })}
          />
          <ActionIcon
            size="input-sm"
            variant="subtle"
            color="gray"
            aria-label={t('product.removePair', { name: pair.name })}
            onClick={() => change(pairs.filter(({ key }) => key !== pair.key))}
          >
            <IconX size={17} stroke={1.7} />
          </ActionIcon>
        </div>
      ))}
      <div className={classes.row}>
        <Button size="xs" variant="default" onClick={() => change([...pairs, { key: newKey(), name: '', value: '' }])}>
          {t('product.addPair', { title })}
        </Button>
      </div>
    </div>
  );
}

interface TextProps {
  label: string;
  description?: string;
  value: string;
  error?: string | undefined;
  change: (to: string) => void;
}

function Text({ label, description, value, error, change }: TextProps) {
  return <TextInput label={label} description={description} value={value} error={error} onChange={({ currentTarget }) => change(currentTarget.value)} />;
}

function Long({ label, description, value, error, change }: TextProps) {
  return <Textarea label={label} description={description} value={value} error={error} rows={6} onChange={({ currentTarget }) => change(currentTarget.value)} />;
}

interface KindProps {
  label: string;
  value: ProductKind | '';
  none?: string;
  error?: string | undefined;
  change: (to: ProductKind | '') => void;
}

function Kind({ label, value, none, error, change }: KindProps) {
  const { t } = useTranslation('office');
  const kinds = (['physical', 'licence'] as const).map((one) => ({ value: one, label: t(`kind.${one}`) }));
  return (
    <NativeSelect
      label={label}
      value={value}
      error={error}
      onChange={({ currentTarget }) => change(currentTarget.value as ProductKind | '')}
      data={none === undefined ? kinds : [{ value: '' as const, label: none }, ...kinds]}
    />
  );
}
