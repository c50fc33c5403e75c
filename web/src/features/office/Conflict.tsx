import { Alert, Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { AdminProduct, ProductInput } from '../../api/types';
import { ErrorNote } from '../../ui/ErrorNote';
import { Loading } from '../../ui/Loading';
import { Differences } from './Differences';
import { theirsQuery } from './queries';
import classes from './room.module.css';

interface ConflictProps {
  id: string;
  /** When one's own version was refused. */
  since: number;
  mine: ProductInput;
  onTheirs: (theirs: AdminProduct) => void;
  /** One's own is to replace exactly the version that was compared. */
  onMine: (theirs: AdminProduct) => void;
}

/** Somebody else saved the product meanwhile: both versions beside each other, and the choice between them. */
export function Conflict({ id, since, mine, onTheirs, onMine }: ConflictProps) {
  const { t } = useTranslation('office');
  const query = useQuery(theirsQuery(id, since));
  const theirs = query.data;
  return (
    <Alert role="alert" color="orange" variant="light" title={t('product.conflictTitle')} mb="md">
      <p className={classes.lead}>{t('product.conflictText')}</p>
      {!theirs ? (
        query.isError ? (
          <ErrorNote error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <Loading />
        )
      ) : (
        <>
          <Differences left={mine} right={theirs.product} titles={[t('product.mine'), t('product.theirs')]} same={t('product.conflictSame')} />
          <Button size="xs" variant="default" mr="xs" onClick={() => onTheirs(theirs)}>
            {t('product.takeTheirs')}
          </Button>
          <Button size="xs" variant="default" onClick={() => onMine(theirs)}>
            {t('product.keepMine')}
          </Button>
        </>
      )}
    </Alert>
  );
}
