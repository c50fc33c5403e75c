import { Button, Checkbox } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { authorizedFetch } from '../../api/client';
import { toApiError } from '../../api/problem';
import type { ImportJob } from '../../api/types';
import { ErrorNote } from '../../ui/ErrorNote';
import { useLocale } from '../../ui/useLocale';
import { Badge, Refusal, RoomHead, Table, type Tone } from './parts';
import { importQuery } from './queries';
import classes from './room.module.css';

const tones: Readonly<Record<ImportJob['status'], Tone>> = { running: 'warn', completed: 'good', failed: 'bad' };

async function send(file: File, dryRun: boolean): Promise<ImportJob> {
  const type = file.name.toLowerCase().endsWith('.csv') ? 'text/csv' : 'application/x-ndjson';
  const path = `/api/admin/products/import${dryRun ? '?dry_run=true' : ''}`;
  const request = new Request(path, { method: 'POST', body: file, headers: { 'content-type': type } });
  const response = await authorizedFetch(request);
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw toApiError(response, body);
  return body as ImportJob;
}

async function download(): Promise<void> {
  const response = await authorizedFetch(new Request('/api/admin/products/export'));
  if (!response.ok) throw toApiError(response, await response.json().catch(() => undefined));
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = 'products.ndjson';
  link.click();
  URL.revokeObjectURL(link.href);
}

export function ImportRoom() {
  const { t } = useTranslation('office');
  const [params, setParams] = useSearchParams();
  const input = useRef<HTMLInputElement>(null);
  const [dryRun, setDryRun] = useState(true);
  const begin = useMutation({ mutationFn: (file: File) => send(file, dryRun), onSuccess: ({ id }) => setParams({ job: id }) });
  const exporting = useMutation({ mutationFn: download });
  const job = useQuery(importQuery(params.get('job') ?? ''));
  return (
    <>
      <RoomHead title={t('room.import')}>
        <Button variant="default" size="sm" loading={exporting.isPending} onClick={() => exporting.mutate()}>
          {t('import.export')}
        </Button>
      </RoomHead>
      {exporting.isError && <ErrorNote error={exporting.error} />}
      {begin.isError && <Refusal error={begin.error} />}
      <section className={classes.card} aria-labelledby="file">
        <h2 id="file">{t('import.title')}</h2>
        <p className={classes.quiet}>{t('import.hint')}</p>
        <input
          ref={input}
          type="file"
          hidden
          accept=".csv,.ndjson,.jsonl,text/csv,application/x-ndjson"
          aria-label={t('import.choose')}
          onChange={({ currentTarget }) => {
            const file = currentTarget.files?.[0];
            if (file) begin.mutate(file);
            currentTarget.value = '';
          }}
        />
        <Checkbox mb="md" label={t('import.dryRun')} checked={dryRun} onChange={({ currentTarget }) => setDryRun(currentTarget.checked)} />
        <Button loading={begin.isPending} onClick={() => input.current?.click()}>
          {t('import.choose')}
        </Button>
      </section>
      {job.isError && !job.data ? <ErrorNote error={job.error} onRetry={() => void job.refetch()} /> : job.data && <Job job={job.data} />}
    </>
  );
}

function Job({ job }: { job: ImportJob }) {
  const { t } = useTranslation('office');
  const number = new Intl.NumberFormat(useLocale());
  return (
    <section className={classes.card} aria-labelledby="job">
      <h2 id="job">
        {job.dry_run ? t('import.check') : t('import.job')} <Badge tone={tones[job.status]}>{t(`import.status.${job.status}`)}</Badge>
      </h2>
      {job.status === 'running' && <progress className={classes.progress} aria-label={t('import.status.running')} />}
      {job.detail !== undefined && <p role="alert">{job.detail}</p>}
      <dl className={classes.facts} aria-live="polite">
        {(['rows', 'created', 'updated', 'unchanged', 'refused'] as const).map((name) => (
          <div key={name}>
            <dt>{t(`import.${name}`)}</dt>
            <dd data-testid={`import-${name}`}>{number.format(job[name])}</dd>
          </div>
        ))}
      </dl>
      {job.refusals.length > 0 && (
        <>
          <h3>{t('import.refusals')}</h3>
          <Table label={t('import.refusals')} columns={[{ title: t('import.line'), number: true }, { title: t('import.field') }, { title: t('import.why') }]}>
            {job.refusals.map((one, at) => (
              <tr key={at}>
                <td className={classes.number}>{one.row}</td>
                <td className={classes.mono}>{one.pointer}</td>
                <td>{one.detail}</td>
              </tr>
            ))}
          </Table>
        </>
      )}
    </section>
  );
}
