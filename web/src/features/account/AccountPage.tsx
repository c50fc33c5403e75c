import { Button, Skeleton } from '@mantine/core';
import { IconDeviceLaptop, IconDeviceMobile } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, unwrap } from '../../api/client';
import type { Session } from '../../api/types';
import { ErrorNote } from '../../ui/ErrorNote';
import { Page } from '../../ui/Page';
import { useDate } from '../../ui/useDate';
import { meQuery } from '../office/account';
import { session } from '../session/session';
import classes from './AccountPage.module.css';
import { deviceOf } from './device';

export function AccountPage() {
  const { t } = useTranslation();
  return (
    <Page title={t('account.title')} width="text">
      <Profile />
      <Sessions />
    </Page>
  );
}

function Profile() {
  const { t } = useTranslation();
  const me = useQuery(meQuery);
  return (
    <section className={classes.card} aria-labelledby="profile">
      <h2 id="profile">{t('account.profile')}</h2>
      {me.isError ? (
        <ErrorNote error={me.error} onRetry={() => void me.refetch()} />
      ) : me.data ? (
        <dl className={classes.profile}>
          <div>
            <dt>{t('session.name')}</dt>
            <dd>{me.data.name}</dd>
          </div>
          <div>
            <dt>{t('session.email')}</dt>
            <dd>{me.data.email}</dd>
          </div>
        </dl>
      ) : (
        <Skeleton height={52} />
      )}
    </section>
  );
}

function Sessions() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const sessions = useQuery({
    queryKey: ['own', 'sessions'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/auth/sessions', { signal })),
    staleTime: 0,
  });
  const end = useMutation({
    mutationFn: async ({ id, current }: Session) => {
      if (current) await session.signOut();
      else await unwrap(api.DELETE('/api/auth/sessions/{id}', { params: { path: { id } } }));
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['own', 'sessions'] }),
  });
  return (
    <section className={classes.card} aria-labelledby="sessions">
      <h2 id="sessions">{t('account.sessions')}</h2>
      <p className={classes.hint}>{t('account.sessionsHint')}</p>
      {end.isError && <ErrorNote error={end.error} />}
      {sessions.isError && !sessions.data ? (
        <ErrorNote error={sessions.error} onRetry={() => void sessions.refetch()} />
      ) : sessions.data ? (
        <ul className={classes.sessions}>
          {sessions.data.items.map((item) => (
            <SessionRow key={item.id} item={item} busy={end.isPending} onEnd={() => end.mutate(item)} />
          ))}
        </ul>
      ) : (
        <Skeleton height={120} />
      )}
    </section>
  );
}

function SessionRow({ item, busy, onEnd }: { item: Session; busy: boolean; onEnd: () => void }) {
  const { t } = useTranslation();
  const date = useDate();
  const device = deviceOf(item.user_agent ?? '');
  const name = device ? t('account.device', { ...device }) : t('account.unknownDevice');
  const Icon = device?.mobile ? IconDeviceMobile : IconDeviceLaptop;
  return (
    <li className={classes.session}>
      <Icon size={26} stroke={1.5} aria-hidden />
      <span className={classes.device}>
        <span className={classes.name}>{name}</span>
        <span className={classes.used}>{item.current ? t('account.current') : t('account.lastUsed', { date: date.dayTime(item.last_used_at) })}</span>
      </span>
      <Button size="sm" variant="default" disabled={busy} aria-label={t('account.endLabel', { device: name })} onClick={onEnd}>
        {t('account.end')}
      </Button>
    </li>
  );
}
