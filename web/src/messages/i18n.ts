import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { localStore } from '../ui/storage';
import en from './en.json';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: typeof en };
    returnNull: false;
  }
}

/** Languages in their own names. English comes with the page, others when they are chosen. */
export const languages = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof languages;

const key = 'pps.language';
const loaders: Partial<Record<Language, () => Promise<{ default: object }>>> = {
  de: () => import('./de.json'),
};

function isLanguage(value: string | null | undefined): value is Language {
  return value === 'en' || value === 'de';
}

function preferred(): Language {
  const chosen = localStore.read(key);
  if (isLanguage(chosen)) return chosen;
  return navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? 'en';
}

async function switchTo(language: Language): Promise<void> {
  const load = loaders[language];
  if (load && !i18next.hasResourceBundle(language, 'translation')) {
    i18next.addResourceBundle(language, 'translation', (await load()).default);
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

export async function startMessages(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: { translation: en } },
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  // English is always there: a language that cannot be fetched must not keep the shop shut.
  await switchTo(preferred()).catch(() => undefined);
}

export async function changeLanguage(language: Language): Promise<void> {
  localStore.write(key, language);
  await switchTo(language);
}
