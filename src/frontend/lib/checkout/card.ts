// A card as people type it: grouped as it is printed, checked only for being complete.
import type { Card } from '@/lib/api/demo-provider';

export interface TypedCard {
  number: string;
  expiry: string;
  cvc: string;
}

export const EMPTY_CARD: TypedCard = { number: '', expiry: '', cvc: '' };

const digits = (typed: string): string => typed.replaceAll(/\D/g, '');

/** `4242424242424242` becomes `4242 4242 4242 4242`; American Express groups by 4, 6 and 5. */
export function formatNumber(typed: string): string {
  const all = digits(typed).slice(0, 19);
  const groups = /^3[47]/.test(all)
    ? /(\d{1,4})(\d{1,6})?(\d{1,5})?/
    : /(\d{1,4})(\d{1,4})?(\d{1,4})?(\d{1,4})?(\d{1,3})?/;
  return (groups.exec(all)?.slice(1) ?? []).filter(Boolean).join(' ');
}

/** `1228` becomes `12 / 28`, `4` becomes `04`. */
export function formatExpiry(typed: string): string {
  const year = /^\s*(\d{1,2})\s*\/\s*20(\d{2})$/.exec(typed);
  const all = year ? `${year[1]?.padStart(2, '0')}${year[2]}` : digits(typed).slice(0, 4);
  const padded = /^[2-9]$/.test(all) ? `0${all}` : all;
  return padded.length > 2 ? `${padded.slice(0, 2)} / ${padded.slice(2)}` : padded;
}

export const formatCvc = (typed: string): string => digits(typed).slice(0, 4);

/** What is not complete, by field. */
export function incomplete({ number, expiry, cvc }: TypedCard): Partial<Record<keyof TypedCard, string>> {
  return {
    ...(digits(number).length < 12 ? { number: 'The card number is not complete.' } : {}),
    ...(/^(0[1-9]|1[0-2]) \/ \d\d$/.test(expiry) ? {} : { expiry: 'Month and year, such as 12 / 28.' }),
    ...(cvc.length < 3 ? { cvc: 'Three or four digits.' } : {}),
  };
}

export function toCard({ number, expiry, cvc }: TypedCard): Card {
  const [month = '', year = ''] = expiry.split(' / ');
  return { number: digits(number), month, year: `20${year}`, cvc };
}
