import { useLocale } from './useLocale';

/** Times as people of the chosen language write them, in their own time zone. */
export function useDate() {
  const locale = useLocale();
  const format = (options: Intl.DateTimeFormatOptions) => (time: string) =>
    new Intl.DateTimeFormat(locale, options).format(new Date(time));
  return {
    day: format({ dateStyle: 'long' }),
    dayTime: format({ dateStyle: 'medium', timeStyle: 'short' }),
    clock: format({ hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 }),
  };
}
