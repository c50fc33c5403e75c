import { IconCheck } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './Step.module.css';

interface StepProps {
  number: number;
  title: string;
  done?: boolean;
  /** Its turn has not come. */
  waiting?: boolean;
  onEdit?: () => void;
  children: ReactNode;
}

export function Step({ number, title, done = false, waiting = false, onEdit, children }: StepProps) {
  const { t } = useTranslation();
  const id = `step-${number}`;
  return (
    <section className={classes.step} data-waiting={waiting || undefined} aria-labelledby={id}>
      <div className={classes.head}>
        <span className={classes.number} data-done={done || undefined} aria-hidden>
          {done ? <IconCheck size={17} stroke={2.6} /> : number}
        </span>
        <h2 id={id}>{title}</h2>
        {done && onEdit && (
          <button type="button" className={classes.edit} onClick={onEdit} aria-label={`${t('checkout.change')}: ${title}`}>
            {t('checkout.change')}
          </button>
        )}
      </div>
      {!waiting && <div className={classes.body}>{children}</div>}
    </section>
  );
}
