// Why the API did not do what a form asked for, in words: beside the fields that it is about, or above them all.
import { ApiError, hasCode, inWords, isRefusal, sentence } from '@/lib/api/errors';

export interface Refusal {
  /** What is said above the form; empty when the fields say it all. */
  text: string;
  fields: Readonly<Record<string, string>>;
}

export const NO_REFUSAL: Refusal = { text: '', fields: {} };

const WORDS: Record<string, string> = {
  invalid_credentials: 'The address or the password is not right, or the address was not confirmed yet.',
  link_invalid: 'This link does not work any more: it was used already, or it is too old.',
};

/** `90` becomes `2 minutes`: whoever waits rather waits a little longer than tries too early. */
export function inAWhile(seconds: number): string {
  const [count, unit] =
    seconds <= 90
      ? [Math.max(1, seconds), 'second']
      : seconds <= 5400
        ? [Math.ceil(seconds / 60), 'minute']
        : [Math.ceil(seconds / 3600), 'hour'];
  return `${count} ${count === 1 ? unit : `${unit}s`}`;
}

const tooMany = ({ retryAfter }: ApiError): string =>
  `Too many tries. Please try again in ${retryAfter === null ? 'a few minutes' : inAWhile(retryAfter)}.`;

/** `labels` name the form's fields; `proof` is the one with the password that is there already. */
export function refusalOf(error: unknown, labels: Readonly<Record<string, string>>, proof: string): Refusal {
  if (error instanceof ApiError && error.status === 429) return { text: tooMany(error), fields: {} };
  if (hasCode(error, 'wrong_password')) {
    return { text: '', fields: { [proof]: 'That is not your password.' } };
  }
  if (hasCode(error, 'invalid_code')) {
    return { text: '', fields: { code: 'That code is not right, or it was used already.' } };
  }
  if (isRefusal(error)) {
    const known = error.errors.filter(({ field }) => field in labels);
    const fields = known.map(({ field, message }) => [
      field,
      sentence(/^[a-z]/.test(message) ? `${labels[field]} ${message}` : message),
    ]);
    if (fields.length > 0) return { text: '', fields: Object.fromEntries(fields) };
  }
  const text = error instanceof ApiError ? WORDS[error.code] : undefined;
  return { text: text ?? inWords(error), fields: {} };
}
