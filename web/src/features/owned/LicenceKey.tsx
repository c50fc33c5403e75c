import { Button } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './LicenceKey.module.css';

const shownMs = 2_000;

export function LicenceKey({ value }: { value: string }) {
  const { t } = useTranslation();
  const text = useRef<HTMLElement>(null);
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), shownMs);
    return () => clearTimeout(timer);
  }, [copied]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setCopied(true);
    } catch {
      // No clipboard (a page without TLS, or refused): the key is selected, ready to be copied by hand.
      if (text.current) getSelection()?.selectAllChildren(text.current);
    }
  };
  return (
    <div className={classes.key}>
      <span className={classes.label}>{t('library.key')}</span>
      <code ref={text} className={classes.code} data-testid="licence-key">
        {value}
      </code>
      <Button
        size="sm"
        variant="light"
        aria-label={t('library.copyKey', { key: value })}
        leftSection={copied ? <IconCheck size={17} aria-hidden /> : <IconCopy size={17} aria-hidden />}
        onClick={() => void copy()}
      >
        {copied ? t('library.copied') : t('library.copy')}
      </Button>
      <span className="visually-hidden" role="status">
        {copied && t('library.copied')}
      </span>
    </div>
  );
}
