import { Alert, Button } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { ApiError, NetworkError } from '../api/problem';
import classes from './ErrorNote.module.css';

interface ErrorNoteProps {
  error: unknown;
  onRetry?: () => void;
}

/** Says that something could not be fetched or done, and offers to try again. */
export function ErrorNote({ error, onRetry }: ErrorNoteProps) {
  const { t } = useTranslation();
  const text = useErrorText()(error);
  return (
    <Alert role="alert" className={classes.note} color="red" variant="light" icon={<IconAlertCircle aria-hidden />} title={t('error.title')}>
      <p className={classes.text}>{text}</p>
      {onRetry && (
        <Button size="xs" variant="default" onClick={onRetry}>
          {t('error.retry')}
        </Button>
      )}
    </Alert>
  );
}

export function useErrorText(): (error: unknown) => string {
  const { t } = useTranslation();
  return (error) => {
    if (error instanceof NetworkError) return t('error.network');
    if (error instanceof ApiError && (error.status === 503 || error.status === 429)) return t('error.busy');
    return t('error.generic');
  };
}
