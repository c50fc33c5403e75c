import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import classes from './CustomizationForm.module.css';
import { faultOf, type Answers, type Field } from './customization';

interface FormProps {
  fields: readonly Field[];
  answers: Answers;
  /** Whether what is wrong is shown: not before somebody wants to go on. */
  checked: boolean;
  change: (answers: Answers) => void;
}

/** What can be chosen of a product beside its variant, as its schema says. */
export function CustomizationForm({ fields, answers, checked, change }: FormProps) {
  const { t } = useTranslation();
  if (fields.length === 0) return null;
  return (
    <fieldset className={classes.form}>
      <legend className={classes.legend}>{t('product.customize')}</legend>
      {fields.map((field) => {
        const value = answers[field.name] ?? '';
        const fault = checked ? faultOf(field, value) : undefined;
        const common = {
          label: field.title,
          description: field.description ?? (field.maxLength === undefined ? undefined : t('product.atMost', { count: field.maxLength })),
          required: field.required,
          error: fault && t(`product.fault.${fault}`, { least: field.minimum ?? field.minLength, most: field.maximum ?? field.maxLength, multiple: field.multipleOf }),
        };
        const put = (text: string) => change({ ...answers, [field.name]: text });
        if (field.type === 'boolean')
          return <Checkbox key={field.name} label={field.title} description={field.description} checked={value === 'true'} onChange={({ currentTarget }) => put(currentTarget.checked ? 'true' : '')} />;
        if (field.choices)
          return (
            <NativeSelect
              key={field.name}
              {...common}
              value={value}
              onChange={({ currentTarget }) => put(currentTarget.value)}
              data={[...(field.required && value !== '' ? [] : [{ value: '', label: '' }]), ...field.choices.map(String)]}
            />
          );
        return (
          <TextInput
            key={field.name}
            {...common}
            value={value}
            inputMode={field.type === 'string' ? 'text' : field.type === 'integer' ? 'numeric' : 'decimal'}
            onChange={({ currentTarget }) => put(currentTarget.value)}
          />
        );
      })}
    </fieldset>
  );
}
