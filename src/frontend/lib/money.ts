// Shows money and reads typed prices: integers and strings only, never a float that is computed with.
import type { Money } from '@/lib/api/catalog';

const LOCALE = 'en-IE';

function formatter(currency: string): Intl.NumberFormat {
  return new Intl.NumberFormat(LOCALE, { style: 'currency', currency });
}

/** How many digits of a currency are minor units: EUR 2, JPY 0, KWD 3. */
export function exponent(currency: string): number {
  return formatter(currency).resolvedOptions().maximumFractionDigits ?? 0;
}

/** `4900` in EUR becomes `'49.00'`: the decimal point is placed in the digits, nothing is divided. */
export function toMajor(amount: number, currency: string): string {
  const digits = exponent(currency);
  if (digits === 0) return String(amount);
  const sign = amount < 0 ? '-' : '';
  const padded = String(Math.abs(amount)).padStart(digits + 1, '0');
  return `${sign}${padded.slice(0, -digits)}.${padded.slice(-digits)}`;
}

/** `'49'`, `'49.5'` and `'49,50'` become minor units; `null` for what is no price in this currency. */
export function toMinor(typed: string, currency: string): number | null {
  const digits = exponent(currency);
  const match = /^(\d{1,9})(?:[.,](\d*))?$/.exec(typed.trim());
  if (!match) return null;
  const [, whole = '', fraction = ''] = match;
  if (fraction.length > digits) return null;
  return Number.parseInt(whole + fraction.padEnd(digits, '0'), 10);
}

/** The price as people of the home market read it; a whole amount keeps its minor digits so that columns align. */
export function formatMoney({ amount, currency }: Money): string {
  // A decimal string is formatted exactly; the cast tells an older signature that strings are welcome.
  return formatter(currency).format(toMajor(amount, currency) as Intl.StringNumericLiteral);
}

/** A bound of a price range for a chip or a placeholder: `€10`, `€10.50`. */
export function formatBound(amount: number, currency: string): string {
  const options: Intl.NumberFormatOptions = {
    style: 'currency',
    currency,
    trailingZeroDisplay: 'stripIfInteger',
  };
  return new Intl.NumberFormat(LOCALE, options).format(
    toMajor(amount, currency) as Intl.StringNumericLiteral,
  );
}
