// Times as the shopper's clock shows them; called in the browser, which knows the time zone.

const LOCALE = 'en-IE';

const shown = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(LOCALE, options);

/** `14:32` */
export const formatTime = (at: string): string =>
  shown({ hour: '2-digit', minute: '2-digit' }).format(new Date(at));

/** `23 November 2026` */
export const formatDay = (at: string): string => shown({ dateStyle: 'long' }).format(new Date(at));

/** `23 Nov 2026, 14:32` */
export const formatMoment = (at: string): string =>
  shown({ dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at));

/** `1 day`, `2–4 days` */
export const days = (min: number, max: number): string => {
  if (min === max) return `${min} ${min === 1 ? 'day' : 'days'}`;
  return `${min}–${max} days`;
};
