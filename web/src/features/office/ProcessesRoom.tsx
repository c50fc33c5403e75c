import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ErrorNote } from '../../ui/ErrorNote';
import { Loading } from '../../ui/Loading';
import { MoreButton } from '../../ui/MoreButton';
import { useDate } from '../../ui/useDate';
import { shortNumber } from '../orders/shortNumber';
import { IncidentTable } from './IncidentTable';
import { Badge, RoomHead, Table, type Tone } from './parts';
import { definitionsQuery, incidentsQuery, instancesQuery } from './queries';
import classes from './room.module.css';

export function ProcessesRoom() {
  const { t } = useTranslation('office');
  return (
    <>
      <RoomHead title={t('room.processes')} />
      <Incidents />
      <Instances />
      <Definitions />
    </>
  );
}

function Incidents() {
  const { t } = useTranslation('office');
  const incidents = useInfiniteQuery(incidentsQuery);
  const items = incidents.data?.pages.flatMap((page) => page.items);
  return (
    <section className={classes.section} aria-labelledby="incidents">
      <h2 id="incidents">{t('processes.incidents')}</h2>
      {incidents.isError && !items ? (
        <ErrorNote error={incidents.error} onRetry={() => void incidents.refetch()} />
      ) : !items ? (
        <Loading />
      ) : items.length === 0 ? (
        <p className={classes.quiet}>{t('incidents.none')}</p>
      ) : (
        <IncidentTable incidents={items} />
      )}
      <MoreButton list={incidents} />
    </section>
  );
}

const tones: Readonly<Record<'active' | 'waiting' | 'incident', Tone>> = { active: 'good', waiting: 'warn', incident: 'bad' };

function Instances() {
  const { t } = useTranslation('office');
  const date = useDate();
  const instances = useInfiniteQuery(instancesQuery);
  const items = instances.data?.pages.flatMap((page) => page.items);
  return (
    <section className={classes.section} aria-labelledby="instances">
      <h2 id="instances">{t('processes.running')}</h2>
      {instances.isError && !items ? (
        <ErrorNote error={instances.error} onRetry={() => void instances.refetch()} />
      ) : !items ? (
        <Loading />
      ) : items.length === 0 ? (
        <p className={classes.quiet}>{t('processes.noneRunning')}</p>
      ) : (
        <Table
          label={t('processes.running')}
          columns={[{ title: t('orders.number') }, { title: t('processes.process') }, { title: t('processes.started') }, { title: t('processes.where') }]}
        >
          {items.map((one) => (
            <tr key={one.id}>
              <td>
                <Link to={`/office/orders/${one.id}`}>{shortNumber(one.id)}</Link>
              </td>
              <td className={classes.quiet}>{t('processes.version', { process: one.process_id, version: one.version })}</td>
              <td className={classes.quiet}>
                <time dateTime={one.started_at}>{date.dayTime(one.started_at)}</time>
              </td>
              <td>
                <div className={classes.badges}>
                  {one.tokens.map(({ element_id, state }) => (
                    <Badge key={element_id} tone={tones[state]}>
                      {element_id}
                    </Badge>
                  ))}
                </div>
              </td>
            </tr>
          ))}
        </Table>
      )}
      <MoreButton list={instances} />
    </section>
  );
}

function Definitions() {
  const { t } = useTranslation('office');
  const date = useDate();
  const definitions = useQuery(definitionsQuery);
  return (
    <section className={classes.section} aria-labelledby="definitions">
      <h2 id="definitions">{t('processes.definitions')}</h2>
      {definitions.isError && !definitions.data ? (
        <ErrorNote error={definitions.error} onRetry={() => void definitions.refetch()} />
      ) : !definitions.data ? (
        <Loading />
      ) : (
        <Table
          label={t('processes.definitions')}
          columns={[{ title: t('processes.process') }, { title: t('processes.deployed') }, { title: t('products.status') }]}
        >
          {definitions.data.items.map((one) => (
            <tr key={`${one.process_id}/${one.version}`}>
              <td>
                {one.name ?? one.process_id}{' '}
                <span className={classes.quiet}>{t('processes.version', { process: one.process_id, version: one.version })}</span>
              </td>
              <td className={classes.quiet}>
                <time dateTime={one.deployed_at}>{date.dayTime(one.deployed_at)}</time>
              </td>
              <td>
                <Badge tone={one.active ? 'good' : 'quiet'}>{one.active ? t('processes.current') : t('processes.superseded')}</Badge>
              </td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}
