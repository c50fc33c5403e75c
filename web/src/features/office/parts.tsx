import { Alert } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/problem';
import { useErrorText } from '../../ui/ErrorNote';
import { useTitle } from '../../ui/Page';
import classes from './room.module.css';

/** A room's heading with what can be done in it. */
export function RoomHead({ title, children }: { title: string; children?: ReactNode }) {
  useTitle(title);
  return (
    <div className={classes.head}>
      <h1 className={classes.title}>{title}</h1>
      {children}
    </div>
  );
}

export type Tone = 'good' | 'warn' | 'bad' | 'quiet';

export function Badge({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className={classes.badge} data-tone={tone}>
      {children}
    </span>
  );
}

interface Column {
  title: string;
  number?: boolean;
  /** Left out where there is little room; so are its cells of class `extra`. */
  extra?: boolean;
}

export function Table({ label, columns, children }: { label: string; columns: readonly Column[]; children: ReactNode }) {
  return (
    // A table wider than the screen is scrolled by keyboard too (axe: scrollable-region-focusable).
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={label}>
      <table className={classes.table}>
        <thead>
          <tr>
            {columns.map(({ title, number, extra }) => (
              <th key={title} scope="col" className={[number && classes.number, extra && classes.extra].filter(Boolean).join(' ') || undefined}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

/** What each field was refused for, by its JSON Pointer. */
export type FieldErrors = Readonly<Record<string, string>>;

export function fieldErrors(error: unknown): FieldErrors {
  const errors = error instanceof ApiError ? (error.problem.errors ?? []) : [];
  return Object.fromEntries(errors.map(({ pointer, detail }) => [pointer, detail]));
}

/** Says why something was not done; the fields say the rest. `shown`: pointers whose fields show it themselves. */
export function Refusal({ error, shown = [] }: { error: unknown; shown?: readonly string[] }) {
  const { t } = useTranslation('office');
  const text = useErrorText();
  const rest = Object.entries(fieldErrors(error)).filter(([pointer]) => !shown.includes(pointer));
  return (
    <Alert role="alert" color="red" variant="light" title={t('refused')} mb="md">
      {error instanceof ApiError && error.status < 500 && error.status !== 429 ? (error.problem.detail ?? error.problem.title) : text(error)}
      {rest.length > 0 && (
        <ul>
          {rest.map(([pointer, detail]) => (
            <li key={pointer}>
              <code>{pointer}</code> {detail}
            </li>
          ))}
        </ul>
      )}
    </Alert>
  );
}
