import { useTranslation } from 'react-i18next';
import type { Customization } from '../../api/types';
import { useAttributeName } from '../catalogue/attributes';
import classes from './Chosen.module.css';

/** What was chosen of a product beside its variant. */
export function Chosen({ customization }: { customization: Customization | undefined }) {
  const { t } = useTranslation();
  const named = useAttributeName();
  const entries = Object.entries(customization ?? {});
  if (entries.length === 0) return null;
  return (
    <dl className={classes.chosen}>
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>{named(name)}</dt>
          <dd>{typeof value === 'boolean' ? t(value ? 'product.yes' : 'product.no') : String(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
