import { ActionIcon, Button, FileButton, TextInput } from '@mantine/core';
import { IconArrowLeft, IconArrowRight, IconX } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, unwrap } from '../../api/client';
import type { AdminProduct, Image } from '../../api/types';
import { Refusal } from './parts';
import classes from './Pictures.module.css';
import room from './room.module.css';

interface PicturesProps {
  product: AdminProduct;
  /** What is in the form is not saved: a new version would make it a conflict. */
  unsaved: boolean;
  onChanged: (product: AdminProduct) => void;
}

/** A product's pictures: each change is saved at once. */
export function Pictures({ product, unsaved, onChanged }: PicturesProps) {
  const { t } = useTranslation('office');
  const images = product.images ?? [];
  const add = useMutation({
    mutationFn: async (files: File[]) => {
      let changed = product;
      for (const file of files) {
        changed = await unwrap(
          api.POST('/api/admin/products/{id}/images', {
            params: { path: { id: product.id } },
            body: file as unknown as string,
            bodySerializer: (bytes) => bytes as unknown as Blob,
            headers: { 'Content-Type': file.type },
          }),
        );
        onChanged(changed); // the next one may be refused
      }
    },
  });
  const arrange = useMutation({
    mutationFn: (order: readonly Image[]) =>
      unwrap(
        api.PUT('/api/admin/products/{id}/images', {
          params: { path: { id: product.id }, header: { 'If-Match': `"${product.version}"` } },
          body: { images: order.map(({ name, alt }) => ({ name, ...(alt !== undefined && { alt }) })) },
        }),
      ),
    onSuccess: onChanged,
  });
  const busy = unsaved || add.isPending || arrange.isPending;
  const put = (at: number, image: Image) => arrange.mutate(images.map((one, place) => (place === at ? image : one)));
  const swap = (at: number, other: number) => {
    const order = [...images];
    [order[at], order[other]] = [order[other] as Image, order[at] as Image];
    arrange.mutate(order);
  };
  return (
    <section className={room.card} aria-labelledby="pictures">
      <h2 id="pictures">{t('pictures.title')}</h2>
      {add.isError && <Refusal error={add.error} />}
      {arrange.isError && <Refusal error={arrange.error} />}
      <ul className={classes.list}>
        {images.map((image, at) => (
          <li key={image.name} className={classes.item}>
            <img src={image.sizes?.[0]?.url ?? image.url} alt={image.alt ?? ''} width={96} height={96} />
            <AltText image={image} number={at + 1} disabled={busy} save={(alt) => put(at, { ...image, alt })} />
            <span className={classes.actions}>
              <ActionIcon variant="subtle" color="gray" aria-label={t('pictures.earlier', { number: at + 1 })} disabled={busy || at === 0} onClick={() => swap(at, at - 1)}>
                <IconArrowLeft size={17} stroke={1.7} />
              </ActionIcon>
              <ActionIcon variant="subtle" color="gray" aria-label={t('pictures.later', { number: at + 1 })} disabled={busy || at === images.length - 1} onClick={() => swap(at, at + 1)}>
                <IconArrowRight size={17} stroke={1.7} />
              </ActionIcon>
              <ActionIcon variant="subtle" color="gray" aria-label={t('pictures.remove', { number: at + 1 })} disabled={busy} onClick={() => arrange.mutate(images.filter((one) => one !== image))}>
                <IconX size={17} stroke={1.7} />
              </ActionIcon>
            </span>
          </li>
        ))}
      </ul>
      <FileButton multiple accept="image/png,image/jpeg,image/webp" onChange={(files) => files.length > 0 && add.mutate(files)}>
        {(props) => (
          <Button {...props} size="xs" variant="light" disabled={unsaved} loading={add.isPending}>
            {t('pictures.add')}
          </Button>
        )}
      </FileButton>
      <p className={room.quiet}>{unsaved ? t('history.unsaved') : t('pictures.hint')}</p>
    </section>
  );
}

interface AltProps {
  image: Image;
  number: number;
  disabled: boolean;
  save: (alt: string) => void;
}

/** Saved when it is left. */
function AltText({ image, number, disabled, save }: AltProps) {
  const { t } = useTranslation('office');
  const { alt = '' } = image;
  return (
    <TextInput
      key={alt}
      size="xs"
      className={classes.alt}
      label={t('pictures.alt', { number })}
      defaultValue={alt}
      maxLength={300}
      disabled={disabled}
      onBlur={({ currentTarget }) => currentTarget.value.trim() !== alt && save(currentTarget.value.trim())}
    />
  );
}
