import { Button, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProductStatus } from '../../api/types';
import { fieldsOf, type Answers, type Field } from '../catalogue/customization';
import { CustomizationForm } from '../catalogue/CustomizationForm';
import { newTexts, parseObject, slugOf, type Draft, type TextsDraft } from './draft';
import { Kind, Long, Moment, Pairs, Text } from './fields';
import type { FieldErrors } from './parts';
import classes from './room.module.css';
import { Variants } from './Variants';

interface FormProps {
  draft: Draft;
  errors: FieldErrors;
  edit: (change: Partial<Draft>) => void;
  isNew: boolean;
}

/** What is wrong with an item of a list that stands in one field. */
const firstItem = (errors: FieldErrors, pointer: string) => Object.entries(errors).find(([at]) => at.startsWith(`${pointer}/`))?.[1];

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
        <Customization draft={draft} errors={errors} change={(schema) => edit({ schema })} />
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
            <Moment
              label={t('product.publishAt')}
              description={t('product.publishHint')}
              value={draft.publishAt}
              error={errors['/publish_at']}
              change={(publishAt) => edit({ publishAt })}
            />
            <Moment label={t('product.unpublishAt')} value={draft.unpublishAt} error={errors['/unpublish_at']} change={(unpublishAt) => edit({ unpublishAt })} />
            <Text
              label={t('product.options')}
              description={t('product.optionsHint')}
              value={draft.options}
              error={errors['/options'] ?? firstItem(errors, '/options')}
              change={(options) => edit({ options })}
            />
            <Text
              label={t('product.related')}
              description={t('product.relatedHint')}
              value={draft.related}
              error={errors['/related'] ?? firstItem(errors, '/related')}
              change={(related) => edit({ related })}
            />
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

/** The schema of what can be chosen, and the form that buyers get of it. */
function Customization({ draft, errors, change }: { draft: Draft; errors: FieldErrors; change: (schema: string) => void }) {
  const { t, i18n } = useTranslation('office');
  const [answers, setAnswers] = useState<Answers>({});
  const inside = Object.entries(errors).filter(([at]) => at.startsWith('/customization_schema/'));
  return (
    <section className={classes.card} aria-labelledby="customization">
      <h2 id="customization">{t('product.customization')}</h2>
      <div className={classes.fields}>
        <Long
          label={t('product.schema')}
          description={t('product.schemaHint')}
          value={draft.schema}
          error={errors['/customization_schema'] ?? (inside.length > 0 ? inside.map(([at, detail]) => `${at.slice('/customization_schema'.length)}: ${detail}`).join(' ') : undefined)}
          change={change}
        />
        <CustomizationForm fields={previewOf(draft.schema, i18n.language)} answers={answers} checked change={setAnswers} />
        {draft.schema === '' && (
          <div className={classes.row}>
            <Button size="xs" variant="default" onClick={() => change(JSON.stringify(engraving, null, 2))}>
              {t('product.schemaExample')}
            </Button>
          </div>
        )}
      </div>
    </section>
  );
}

const engraving = {
  type: 'object',
  required: ['text'],
  properties: { text: { type: 'string', title: 'Engraving', minLength: 1, maxLength: 20, 'x-titles': { de: 'Gravur' } } },
};

/** The fields as far as they can be told from what is written so far. */
function previewOf(schema: string, language: string): Field[] {
  try {
    return fieldsOf(parseObject(schema), language);
  } catch {
    return [];
  }
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
