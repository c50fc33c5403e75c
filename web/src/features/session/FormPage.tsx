import { Alert } from '@mantine/core';
import { useEffect, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useTitle } from '../../ui/Page';
import classes from './FormPage.module.css';

interface FormPageProps {
  title: string;
  error?: string | undefined;
  foot?: ReactNode;
  onSubmit: () => void;
  children: ReactNode;
}

export function FormPage({ title, error, foot, onSubmit, children }: FormPageProps) {
  const { t } = useTranslation();
  useTitle(title);
  const alert = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (error !== undefined) alert.current?.focus();
  }, [error]);
  return (
    <div className={classes.page}>
      <div className={classes.card}>
        <h1 className={classes.title}>{title}</h1>
        <p className={classes.pitch}>{t('session.pitch')}</p>
        {error !== undefined && (
          <Alert ref={alert} tabIndex={-1} role="alert" color="red" variant="light" className={classes.error}>
            {error}
          </Alert>
        )}
        <form
          className={classes.form}
          onSubmit={(event) => {
            event.preventDefault();
            onSubmit();
          }}
        >
          {children}
        </form>
        {foot !== undefined && <p className={classes.foot}>{foot}</p>}
      </div>
    </div>
  );
}
