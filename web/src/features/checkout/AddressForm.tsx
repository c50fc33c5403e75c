import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Address } from '../../api/types';
import classes from './AddressForm.module.css';
import { countryCodes } from './countries';

interface AddressFormProps {
  initial?: Address | undefined;
  onDone: (address: Address) => void;
}

export function AddressForm({ initial, onDone }: AddressFormProps) {
  const { t, i18n } = useTranslation();
  const [address, setAddress] = useState<Address>(
    initial ?? { name: '', line1: '', line2: '', city: '', postal_code: '', country: '' },
  );
  const names = new Intl.DisplayNames(i18n.language, { type: 'region' });
  const countries = countryCodes
    .map((value) => ({ value, label: names.of(value) ?? value }))
    .sort((a, b) => a.label.localeCompare(b.label, i18n.language));
  const field = (name: keyof Address, autoComplete: string, maxLength: number) => ({
    name,
    autoComplete,
    maxLength,
    size: 'md' as const,
    value: address[name] ?? '',
    onChange: (event: { currentTarget: { value: string } }) =>
      setAddress({ ...address, [name]: event.currentTarget.value }),
  });
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        onDone(tidy(address));
      }}
    >
      <p className={classes.hint}>{t('checkout.addressHint')}</p>
      <TextInput {...field('name', 'shipping name', 120)} label={t('checkout.addressName')} required withAsterisk={false} className={classes.whole} />
      <TextInput {...field('line1', 'shipping address-line1', 200)} label={t('checkout.line1')} required withAsterisk={false} className={classes.whole} />
      <TextInput {...field('line2', 'shipping address-line2', 200)} label={t('checkout.line2')} className={classes.whole} />
      <TextInput {...field('postal_code', 'shipping postal-code', 20)} label={t('checkout.postalCode')} required withAsterisk={false} />
      <TextInput {...field('city', 'shipping address-level2', 120)} label={t('checkout.city')} required withAsterisk={false} />
      <NativeSelect
        {...field('country', 'shipping country', 2)}
        label={t('checkout.country')}
        required
        withAsterisk={false}
        className={classes.whole}
        data={[{ value: '', label: t('checkout.countryFormat'), disabled: true }, ...countries]}
      />
      <Button type="submit" size="md" className={classes.submit}>
        {t('checkout.continue')}
      </Button>
    </form>
  );
}

/** Without blanks around the values, and without the ones that are empty. */
function tidy({ line2, region, ...address }: Address): Address {
  const trimmed = Object.fromEntries(Object.entries(address).map(([name, value]) => [name, value.trim()])) as typeof address;
  return {
    ...trimmed,
    ...(line2?.trim() && { line2: line2.trim() }),
    ...(region?.trim() && { region: region.trim() }),
  };
}
