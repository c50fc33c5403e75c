import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, unwrap } from '../../api/client';
import type { Incident } from '../../api/types';
import { useDate } from '../../ui/useDate';
import { shortNumber } from '../orders/shortNumber';
import { Refusal, Table } from './parts';
import classes from './room.module.css';

export function IncidentTable({ incidents }: { incidents: readonly Incident[] }) {
  const { t } = useTranslation('office');
  const date = useDate();
  const queries = useQueryClient();
  const retry = useMutation({
    mutationFn: (id: string) => unwrap(api.POST('/api/admin/processes/incidents/{id}/retry', { params: { path: { id } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['own', 'office'] }),
  });
  return (
    <>
      {retry.isError && <Refusal error={retry.error} />}
      <Table
        label={t('processes.incidents')}
        columns={[{ title: t('incidents.since') }, { title: t('orders.number') }, { title: t('incidents.step') }, { title: t('incidents.why') }, { title: t('incidents.do') }]}
      >
        {incidents.map((one) => (
          <tr key={one.id}>
            <td className={classes.quiet}><time dateTime={one.since}>{date.dayTime(one.since)}</time></td>
            <td>
              <Link to={`/office/orders/${one.instance_id}`}>{shortNumber(one.instance_id)}</Link>
            </td>
            <td className={classes.mono}>{one.element_id}</td>
            <td>
              <code>{one.code}</code> {one.detail}
            </td>
            <td>
              <Button size="xs" variant="default" loading={retry.isPending && retry.variables === one.id} onClick={() => retry.mutate(one.id)}>
                {t('orders.retry')}
              </Button>
            </td>
          </tr>
        ))}
      </Table>
    </>
  );
}
