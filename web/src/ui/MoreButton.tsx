import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ErrorNote } from './ErrorNote';

interface MoreButtonProps {
  list: {
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    isFetchNextPageError: boolean;
    error: unknown;
    fetchNextPage: () => Promise<unknown>;
  };
}

/** Fetches the next page of a list; says so if that fails, and what is there stays. */
export function MoreButton({ list }: MoreButtonProps) {
  const { t } = useTranslation();
  const more = () => void list.fetchNextPage();
  if (list.isFetchNextPageError && !list.isFetchingNextPage) return <ErrorNote error={list.error} onRetry={more} />;
  if (!list.hasNextPage) return null;
  return (
    <Button variant="default" size="md" loading={list.isFetchingNextPage} onClick={more}>
      {t('search.more')}
    </Button>
  );
}
