import { Button } from '@mantine/core';
import { IconCheck, IconKey, IconPackage } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Customization, Product, SkuAvailability, Variant } from '../../api/types';
import { Availability } from '../../ui/Availability';
import { OfferPrice } from '../../ui/OfferPrice';
import { QuantityInput } from '../../ui/QuantityInput';
import { useDate } from '../../ui/useDate';
import { basket, maxQuantity } from '../basket/basket';
import classes from './BuyBox.module.css';
import { customizationOf, defaultsOf, faultOf, fieldsOf, type Answers } from './customization';
import { CustomizationForm } from './CustomizationForm';
import { OptionPicker } from './OptionPicker';
import { availabilityQuery } from './queries';

const addedMs = 6_000;

/** Edition, price, quantity, and into the basket. */
export function BuyBox({ product }: { product: Product }) {
  const { t, i18n } = useTranslation();
  const { dayTime } = useDate();
  const { variants } = product;
  const { data } = useQuery(availabilityQuery(variants.map(({ sku }) => sku)));
  const exact = new Map(data?.items.map((item) => [item.sku, item]));
  const available = (variant: Variant): SkuAvailability =>
    exact.get(variant.sku) ?? { sku: variant.sku, status: variant.availability.status };

  const firstInStock = variants.find(({ availability }) => availability.status !== 'out') ?? variants[0];
  const [sku, setSku] = useState(firstInStock?.sku);
  const [quantity, setQuantity] = useState(1);
  const fields = fieldsOf(product.customization_schema, i18n.language);
  const [answers, setAnswers] = useState<Answers>(() => defaultsOf(fields));
  const [checked, setChecked] = useState(false);
  const chosen = variants.find((variant) => variant.sku === sku) ?? firstInStock;

  if (product.status === 'archived' || !chosen) return <p className={classes.archived}>{t('product.archived')}</p>;
  const { status, quantity: left } = available(chosen);
  const choose = (variant: Variant) => {
    setSku(variant.sku);
    setQuantity(1);
  };
  const most = Math.min(maxQuantity, left ?? maxQuantity);

  return (
    <>
      {product.options ? (
        <OptionPicker variants={variants} options={product.options} chosen={chosen} choose={choose} />
      ) : (
        <Editions variants={variants} chosen={chosen} choose={choose} />
      )}
      <CustomizationForm fields={fields} answers={answers} checked={checked} change={setAnswers} />
      <div className={classes.priceRow}>
        <OfferPrice offer={chosen} className={classes.price} />
        <span className={classes.tax}>{t('product.taxIncluded')}</span>
        <span className={classes.availability}>
          <Availability status={status} quantity={left} />
        </span>
        {chosen.sale_until !== undefined && <span className={classes.until}>{t('product.saleUntil', { time: dayTime(chosen.sale_until) })}</span>}
      </div>
      <div className={classes.action}>
        <QuantityInput value={Math.min(quantity, Math.max(1, most))} max={Math.max(1, most)} onChange={setQuantity} disabled={status === 'out'} />
        <AddButton
          key={chosen.sku}
          product={product}
          variant={chosen}
          quantity={Math.min(quantity, Math.max(1, most))}
          soldOut={status === 'out'}
          chosen={() => {
            setChecked(true);
            return fields.every((field) => faultOf(field, answers[field.name] ?? '') === undefined) ? { customization: customizationOf(fields, answers) } : undefined;
          }}
        />
      </div>
    </>
  );
}

interface EditionsProps {
  variants: readonly Variant[];
  chosen: Variant;
  choose: (variant: Variant) => void;
}

function Editions({ variants, chosen, choose }: EditionsProps) {
  const { t } = useTranslation();
  return (
    <fieldset className={classes.options}>
      <legend className={variants.length > 1 ? classes.legend : 'visually-hidden'}>{t('product.options')}</legend>
      {variants.map((variant) => (
        <label key={variant.sku} className={classes.option} data-single={variants.length === 1 || undefined}>
          <input type="radio" name="edition" value={variant.sku} checked={variant.sku === chosen.sku} onChange={() => choose(variant)} />
          <span className={classes.kind}>
            {variant.kind === 'licence' ? <IconKey size={22} stroke={1.6} aria-hidden /> : <IconPackage size={22} stroke={1.6} aria-hidden />}
          </span>
          <span className={classes.what}>
            <span className={classes.variant}>{variant.name}</span>
            <span className={classes.hint}>{t(`kind.${variant.kind}Hint`)}</span>
          </span>
          <OfferPrice offer={variant} className={classes.optionPrice} />
        </label>
      ))}
    </fieldset>
  );
}

interface AddButtonProps {
  product: Product;
  variant: Variant;
  quantity: number;
  soldOut: boolean;
  /** What was chosen beside the variant; undefined while that is not right yet. */
  chosen: () => { customization: Customization | undefined } | undefined;
}

function AddButton({ product, variant, quantity, soldOut, chosen }: AddButtonProps) {
  const { t } = useTranslation();
  const [result, setResult] = useState<'added' | 'full' | 'incomplete' | undefined>();
  useEffect(() => {
    if (result !== 'added') return undefined;
    const timer = setTimeout(() => setResult(undefined), addedMs);
    return () => clearTimeout(timer);
  }, [result]);

  const add = () => {
    const image = product.images[0]?.url;
    const right = chosen();
    if (!right) {
      setResult('incomplete');
      return;
    }
    const { customization } = right;
    const done = basket.add({
      sku: variant.sku,
      quantity,
      slug: product.slug,
      name: product.name,
      variant: variant.name,
      kind: variant.kind,
      price: variant.price,
      ...(image !== undefined && { image }),
      ...(customization && { customization }),
    });
    setResult(done ? 'added' : 'full');
  };
  return (
    <>
      <Button size="lg" fullWidth disabled={soldOut} onClick={add} leftSection={result === 'added' && <IconCheck size={20} aria-hidden />}>
        {soldOut ? t('availability.out') : result === 'added' ? t('product.added') : t('product.add')}
      </Button>
      <p className={classes.result} role="status">
        {result === 'added' && <Link to="/basket">{t('product.viewBasket')} →</Link>}
        {result === 'full' && t('product.full')}
        {result === 'incomplete' && t('product.incomplete')}
      </p>
    </>
  );
}
