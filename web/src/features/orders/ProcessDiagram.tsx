import { ActionIcon, Skeleton } from '@mantine/core';
import { IconMaximize, IconMinus, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/diagram-js.css';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNote } from '../../ui/ErrorNote';
import { BpmnView, type Element } from './bpmnView';
import classes from './ProcessDiagram.module.css';
import type { processQuery } from './queries';

/** The process behind an order: its diagram, with what has been passed and where it stands. */
export function ProcessDiagram({ query }: { query: ReturnType<typeof processQuery> }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(query);
  const host = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<BpmnView>();
  const [elements, setElements] = useState<readonly Element[]>([]);
  const [undrawn, setUndrawn] = useState<unknown>();
  const xml = data?.xml;

  useEffect(() => {
    if (!host.current || xml === undefined) return undefined;
    const made = new BpmnView(host.current);
    let live = true;
    made
      .open(xml)
      .then((found) => {
        if (!live) return;
        setElements(found);
        setView(made);
      })
      .catch((reason: unknown) => {
        if (live) setUndrawn(reason);
      });
    return () => {
      live = false;
      setView(undefined);
      made.close();
    };
  }, [xml]);

  useEffect(() => {
    if (view && data) view.show(data.completed, data.tokens);
  }, [view, data]);

  if (error && !data) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (undrawn !== undefined) return <ErrorNote error={undrawn} />;
  if (!data) return <Skeleton height={320} radius="lg" />;
  const name = (id: string) => elements.find((element) => element.id === id)?.name ?? id;
  const now =
    data.state === 'completed'
      ? t('order.processDone')
      : t('order.processNow', { steps: data.tokens.map(({ element_id }) => name(element_id)).join(', ') });
  return (
    <figure className={classes.figure}>
      <div className={classes.scroll}>
        <div ref={host} className={classes.canvas} role="group" aria-label={t('order.process')} />
      </div>
      <div className={classes.foot}>
        <figcaption className={classes.caption}>{now}</figcaption>
        <div className={classes.tools}>
          <ActionIcon variant="default" size="lg" aria-label={t('order.zoomIn')} onClick={() => view?.zoom(1.25)}>
            <IconPlus size={17} />
          </ActionIcon>
          <ActionIcon variant="default" size="lg" aria-label={t('order.zoomOut')} onClick={() => view?.zoom(0.8)}>
            <IconMinus size={17} />
          </ActionIcon>
          <ActionIcon variant="default" size="lg" aria-label={t('order.zoomFit')} onClick={() => view?.fit()}>
            <IconMaximize size={17} />
          </ActionIcon>
        </div>
      </div>
    </figure>
  );
}
