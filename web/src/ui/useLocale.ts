import { useTranslation } from 'react-i18next';

/** The chosen language as this reader writes it: `en-GB` rather than `en`, if the browser says so. */
export function useLocale(): string {
  const { i18n } = useTranslation();
  const { language } = i18n;
  return navigator.languages.find((tag) => tag === language || tag.startsWith(`${language}-`)) ?? language;
}
