import { Button, Checkbox } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { newSale, newVariant, type SaleDraft, type VariantDraft } from './draft';
import { Kind, Moment, Pairs, Text } from './fields';
import type { FieldErrors } from './parts';
import classes from './room.module.css';

export function Variants({ variants, errors, change }: { variants: VariantDraft[]; errors: FieldErrors; change: (to: VariantDraft[]) => void }) {
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
            <Sales
              sales={variant.sales}
              pointer={`/variants/${at}/sales`}
              errors={errors}
              change={(sales) => edit(variant.key, { sales })}
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

interface SalesProps {
  sales: SaleDraft[];
  pointer: string;
  errors: FieldErrors;
  change: (to: SaleDraft[]) => void;
}

/** Lower prices for a time. */
function Sales({ sales, pointer, errors, change }: SalesProps) {
  const { t } = useTranslation('office');
  const edit = (key: number, part: Partial<SaleDraft>) => change(sales.map((one) => (one.key === key ? { ...one, ...part } : one)));
  return (
    <div role="group" aria-label={t('product.sales')} className={classes.fields}>
      {sales.map((sale, at) => (
        <fieldset key={sale.key} className={classes.item}>
          <legend>{t('product.sale', { number: at + 1 })}</legend>
          <Pairs
            title={t('product.salePrices')}
            names={t('product.currency')}
            values={t('product.salePrice')}
            pairs={sale.prices}
            pointer={`${pointer}/${at}/prices`}
            errors={errors}
            change={(prices) => edit(sale.key, { prices })}
          />
          <div className={classes.row}>
            <Moment label={t('product.saleFrom')} value={sale.from} error={errors[`${pointer}/${at}/from`]} change={(from) => edit(sale.key, { from })} />
            <Moment label={t('product.saleUntil')} value={sale.until} error={errors[`${pointer}/${at}/until`]} change={(until) => edit(sale.key, { until })} />
          </div>
          {errors[`${pointer}/${at}/prices`] !== undefined && <p className={classes.wrong}>{errors[`${pointer}/${at}/prices`]}</p>}
          <div className={classes.row}>
            <Button size="xs" variant="default" onClick={() => change(sales.filter(({ key }) => key !== sale.key))}>
              {t('product.removeSale', { number: at + 1 })}
            </Button>
          </div>
        </fieldset>
      ))}
      <div className={classes.row}>
        <Button size="xs" variant="default" onClick={() => change([...sales, newSale()])}>
          {t('product.addSale')}
        </Button>
      </div>
    </div>
  );
}
