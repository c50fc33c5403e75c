import { useTranslation } from 'react-i18next';

/** What people call an attribute: a word of the page's, or its name spelled out. */
export function useAttributeName(): (name: string) => string {
  const { t } = useTranslation();
  const known = t('attribute', { returnObjects: true }) as Readonly<Record<string, string>>;
  return (name) => known[name] ?? name.replaceAll('_', ' ');
}
