import { useEffect, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './Page.module.css';

interface PageProps {
  /** Title of the window, and the heading unless `heading` is false. */
  title: string;
  heading?: boolean;
  /** Beside the heading. */
  aside?: ReactNode;
  width?: 'wide' | 'text' | 'narrow';
  children: ReactNode;
}

export function Page({ title, heading = true, aside, width = 'wide', children }: PageProps) {
  useTitle(title);
  return (
    <div className={classes.page} data-width={width}>
      {heading && (
        <div className={classes.head}>
          <h1 className={classes.title}>{title}</h1>
          {aside}
        </div>
      )}
      {children}
    </div>
  );
}

export function useTitle(page: string): void {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = t('shop.title', { page });
  }, [t, page]);
}
