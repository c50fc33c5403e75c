import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { localStore } from '../ui/storage';
import en from './en.json';
import type office from './office.en.json';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: typeof en; office: typeof office };
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

/** Messages that only some pages need, fetched with them. */
const parts = {
  office: {
    en: () => import('./office.en.json'),
    de: () => import('./office.de.json'),
  },
} as const;
type Part = keyof typeof parts;
const opened = new Set<Part>();

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
  await Promise.all([...opened].map((part) => loadPart(part, language)));
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

async function loadPart(part: Part, language: Language): Promise<void> {
  if (i18next.hasResourceBundle(language, part)) return;
  i18next.addResourceBundle(language, part, (await parts[part][language]()).default);
}

/** Before a page that uses them is shown. */
export async function openMessages(part: Part): Promise<void> {
  opened.add(part);
  await loadPart(part, 'en');
  if (isLanguage(i18next.language)) await loadPart(part, i18next.language);
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
