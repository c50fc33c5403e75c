import { IconArrowBackUp, IconCheck, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Purchase } from '../../api/types';
import { progress, stages, type StageState } from './progress';
import classes from './Stages.module.css';

export function Stages({ purchase }: { purchase: Purchase }) {
  const { t } = useTranslation();
  const states = progress(purchase);
  return (
    <ol className={classes.stages}>
      {stages.map((stage) => (
        <li key={stage} className={classes.stage} data-state={states[stage]} aria-current={states[stage] === 'active' ? 'step' : undefined}>
          <span className={classes.dot}>
            <Mark state={states[stage]} />
          </span>
          <span className={classes.name}>
            {t(`order.stage.${stage}`)}
            <span className="visually-hidden">: {t(`order.stageState.${states[stage]}`)}</span>
          </span>
        </li>
      ))}
    </ol>
  );
}

function Mark({ state }: { state: StageState }) {
  if (state === 'done') return <IconCheck size={16} stroke={2.8} aria-hidden />;
  if (state === 'failed') return <IconX size={16} stroke={2.8} aria-hidden />;
  if (state === 'undone') return <IconArrowBackUp size={16} stroke={2.4} aria-hidden />;
  return null;
}
