import { useTranslation } from 'react-i18next';
import classes from './BasketPage.module.css';

/** Tells of goods that went out of the basket, because they are not sold any more. */
export function GoneNotes({ names }: { names: readonly string[] }) {
  const { t } = useTranslation();
  return (
    <div role="status">
      {names.map((name) => (
        <p key={name} className={classes.gone}>
          {t('basket.gone', { name })}
        </p>
      ))}
    </div>
  );
}
