import { useTranslation } from 'react-i18next';
import type { TimelineEntry } from '../../api/types';
import { useDate } from '../../ui/useDate';
import classes from './Timeline.module.css';

export function Timeline({ entries }: { entries: readonly TimelineEntry[] }) {
  const { t } = useTranslation();
  const date = useDate();
  const steps = t('order.step', { returnObjects: true }) as Readonly<Record<string, string>>;
  return (
    <section className={classes.card} aria-labelledby="timeline">
      <h2 id="timeline">{t('order.timeline')}</h2>
      <ol className={classes.entries} reversed>
        {[...entries].reverse().map((entry) => (
          <li key={entry.seq} className={classes.entry} data-status={entry.status}>
            <span className={classes.text}>
              <span className={classes.step}>{steps[entry.step] ?? entry.step.replaceAll('_', ' ')}</span>{' '}
              {t(`order.entry.${entry.status}`)}
            </span>
            <time dateTime={entry.at} className="tabular">
              {date.clock(entry.at)}
            </time>
          </li>
        ))}
      </ol>
    </section>
  );
}
