import { useTranslation } from 'react-i18next';
import type { Variant } from '../../api/types';
import { useAttributeName } from './attributes';
import classes from './OptionPicker.module.css';
import { standing, valuesOf, variantBy } from './options';

interface PickerProps {
  variants: readonly Variant[];
  options: readonly string[];
  chosen: Variant;
  choose: (variant: Variant) => void;
}

/** Chooses a variant by its options, such as size and colour: a row of values for each. */
export function OptionPicker({ variants, options, chosen, choose }: PickerProps) {
  const { t } = useTranslation();
  const attributeName = useAttributeName();
  return options.map((option) => (
    <fieldset key={option} className={classes.group}>
      <legend className={classes.legend}>
        {attributeName(option)}
        <span className={classes.value}> {chosen.attributes[option]}</span>
      </legend>
      <div className={classes.values}>
        {valuesOf(variants, option).map((value) => {
          const state = standing(variants, options, chosen, option, value);
          return (
            <label key={value} className={classes.pill} data-state={state}>
              <input
                type="radio"
                name={`option-${option}`}
                value={value}
                checked={chosen.attributes[option] === value}
                onChange={() => {
                  const variant = variantBy(variants, options, chosen, option, value);
                  if (variant) choose(variant);
                }}
              />
              {value}
              {state === 'out' && <span className="visually-hidden"> ({t('availability.out')})</span>}
            </label>
          );
        })}
      </div>
    </fieldset>
  ));
}
