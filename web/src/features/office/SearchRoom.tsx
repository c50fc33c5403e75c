import { Button, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, unwrapWithEtag } from '../../api/client';
import type { Pins, Synonyms } from '../../api/types';
import { ErrorNote } from '../../ui/ErrorNote';
import { Loading } from '../../ui/Loading';
import { useDate } from '../../ui/useDate';
import { Badge, Refusal, RoomHead, Table } from './parts';
import { idsOf, missedQuery, pinsQuery, synonymsQuery } from './queries';
import classes from './room.module.css';
import { pinsText, readPins, readSynonyms, synonymsText, type Naming } from './words';

export function SearchRoom() {
  const { t } = useTranslation('office');
  const synonyms = useQuery(synonymsQuery);
  const pins = useQuery(pinsQuery);
  const [added, setAdded] = useState<string[]>([]);
  return (
    <>
      <RoomHead title={t('room.search')} />
      <Missed onSynonym={(word) => setAdded((before) => [...before, word])} />
      <Loaded query={synonyms}>
        {({ data, etag }) => <SynonymsForm key={etag} data={data} etag={etag} added={added} onSaved={() => setAdded([])} />}
      </Loaded>
      <Loaded query={pins}>{({ data, etag, slugs }) => <PinsForm key={etag} data={data} etag={etag} slugs={slugs} />}</Loaded>
    </>
  );
}

function Loaded<T>({ query, children }: { query: UseQueryResult<T>; children: (data: T) => React.ReactNode }) {
  if (query.data) return children(query.data);
  return query.isError ? <ErrorNote error={query.error} onRetry={() => void query.refetch()} /> : <Loading />;
}

function Missed({ onSynonym }: { onSynonym: (word: string) => void }) {
  const { t } = useTranslation('office');
  const date = useDate();
  const missed = useQuery(missedQuery);
  if (!missed.data) return missed.isError ? <ErrorNote error={missed.error} onRetry={() => void missed.refetch()} /> : <Loading />;
  return (
    <section className={classes.section} aria-labelledby="missed">
      <h2 id="missed">{t('search.missed')}</h2>
      {missed.data.items.length === 0 ? (
        <p className={classes.quiet}>{t('search.noneMissed')}</p>
      ) : (
        <Table
          label={t('search.missed')}
          columns={[{ title: t('search.query') }, { title: t('search.times'), number: true }, { title: t('search.found') }, { title: t('search.last') }, { title: t('search.help') }]}
        >
          {missed.data.items.map((one) => (
            <tr key={one.query}>
              <td>{one.query}</td>
              <td className={classes.number}>{one.count}</td>
              <td>
                <Badge tone={one.partial ? 'warn' : 'bad'}>{one.partial ? t('search.partial') : t('search.nothing')}</Badge>
              </td>
              <td className={classes.quiet}><time dateTime={one.last_at}>{date.dayTime(one.last_at)}</time></td>
              <td>
                <Button size="xs" variant="default" disabled={one.query.includes(' ')} onClick={() => onSynonym(one.query)} aria-label={t('search.makeFor', { query: one.query })}>
                  {t('search.make')}
                </Button>
              </td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}

interface SettingProps<T> {
  data: T;
  etag: string;
}

function SynonymsForm({ data, etag, added, onSaved }: SettingProps<Synonyms> & { added: readonly string[]; onSaved: () => void }) {
  const { t } = useTranslation('office');
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: (body: Synonyms) => unwrapWithEtag(api.PUT('/api/admin/search/synonyms', { params: { header: { 'If-Match': etag } }, body })),
    onSuccess: (saved) => {
      onSaved();
      queries.setQueryData(synonymsQuery.queryKey, saved);
    },
  });
  return (
    <Lines
      id="synonyms"
      title={t('search.synonyms')}
      hint={t('search.synonymsHint')}
      kept={synonymsText(data)}
      added={added.map((word) => `${word} = `)}
      error={save.error}
      saving={save.isPending}
      saved={save.isSuccess}
      onSave={(text) => save.mutate(readSynonyms(text))}
    />
  );
}

function PinsForm({ data, etag, slugs }: SettingProps<Pins> & { slugs: Naming }) {
  const { t } = useTranslation('office');
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: async (text: string) => {
      const body = readPins(text, await idsOf(readPins(text)));
      return unwrapWithEtag(api.PUT('/api/admin/search/pins', { params: { header: { 'If-Match': etag } }, body }));
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: pinsQuery.queryKey }),
  });
  return (
    <Lines
      id="pins"
      title={t('search.pins')}
      hint={t('search.pinsHint')}
      kept={pinsText(data, slugs)}
      added={[]}
      error={save.error}
      saving={save.isPending}
      saved={save.isSuccess}
      onSave={(text) => save.mutate(text)}
    />
  );
}

interface LinesProps {
  id: string;
  title: string;
  hint: string;
  kept: string;
  /** Begun elsewhere on the page, to be finished here. */
  added: readonly string[];
  error: unknown;
  saving: boolean;
  saved: boolean;
  onSave: (text: string) => void;
}

/** A setting written as lines of `left = right, right`. */
function Lines({ id, title, hint, kept, added, error, saving, saved, onSave }: LinesProps) {
  const { t } = useTranslation('office');
  const [typed, setTyped] = useState<string>();
  const begun = added.filter((line) => !(typed ?? kept).includes(line)).join('\n');
  const text = [typed ?? kept, begun].filter(Boolean).join('\n');
  return (
    <section className={classes.card} aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {error != null && <Refusal error={error} />}
      <div className={classes.fields}>
        <Textarea
          aria-label={title}
          description={hint}
          rows={Math.min(Math.max(text.split('\n').length + 1, 4), 18)}
          value={text}
          spellCheck={false}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        />
        <div className={classes.row}>
          <Button loading={saving} disabled={text === kept} onClick={() => onSave(text)}>
            {t('save')}
          </Button>
          <span className={classes.quiet} role="status">
            {saved && text === kept ? t('saved') : ''}
          </span>
        </div>
      </div>
    </section>
  );
}
