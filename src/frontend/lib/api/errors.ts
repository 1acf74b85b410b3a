// What can go wrong when the API is asked: it refuses (problem+json), or it cannot be reached. And how that is told.

/** A field or a line that was refused, and why. */
export interface FieldError {
  field: string;
  message: string;
}

/** The part of an RFC 9457 answer that the storefront acts upon. */
export interface Problem {
  status: number;
  code: string;
  detail: string | null;
  errors: FieldError[];
  /** Seconds after which the same may be tried again. */
  retryAfter: number | null;
}

/** The API answered, but not with what was asked for. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: FieldError[];
  readonly retryAfter: number | null;

  constructor(path: string, problem: Problem) {
    super(`${path}: ${problem.status} ${problem.code}${problem.detail ? ` (${problem.detail})` : ''}`);
    this.name = 'ApiError';
    this.status = problem.status;
    this.code = problem.code;
    this.errors = problem.errors;
    this.retryAfter = problem.retryAfter;
  }
}

/** True when the API refused what was asked for, as opposed to failing. */
export function isRefusal(error: unknown): error is ApiError {
  return error instanceof ApiError && (error.status === 400 || error.status === 422);
}

export function isNotFound(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 404;
}

/** True when nobody is signed in any more; the same answer means something else where somebody signs in. */
export function isSignedOut(error: unknown): error is ApiError {
  return hasCode(error, 'sign_in_required');
}

export function hasCode(error: unknown, ...codes: string[]): error is ApiError {
  return error instanceof ApiError && codes.includes(error.code);
}

/** True when nothing is known of what was asked for: no answer came, or the system failed. The same may be sent again. */
export function isUnanswered(error: unknown): boolean {
  return !(error instanceof ApiError) || error.status >= 500;
}

/** `only 2 left` becomes `Only 2 left.` */
export function sentence(text: string): string {
  const words = text.trim();
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? '' : '.'}`;
}

const WORDS: Record<string, string> = {
  out_of_stock: 'There are not that many left.',
  cart_full: 'The cart is full.',
  address_book_full: 'The address book is full: remove an address first.',
  too_many_tokens: 'There are as many tokens as an account may have: revoke one first.',
  second_factor_exists: 'There is an authenticator already: remove it first.',
  no_second_factor: 'There is no authenticator any more.',
  second_factor_required: 'Set up an authenticator first.',
  last_administrator: 'Make somebody else an administrator first.',
  orders_open:
    'An order is still to be paid, shipped or refunded. Erase the account when that is done, or cancel the order first.',
  rate_limited: 'That was a little too fast. Please try again in a moment.',
};

/** An error as a shopper understands it. */
export function inWords(error: unknown): string {
  if (!(error instanceof ApiError)) {
    return 'The store could not be reached. Check your connection and try again.';
  }
  if (error.status >= 500) return 'The store does not answer right now. Please try again in a moment.';
  const [first] = error.errors;
  if (first && error.code === 'out_of_stock') return sentence(first.message);
  return WORDS[error.code] ?? 'That did not work. Please try again.';
}

const isFieldError = (item: unknown): item is FieldError =>
  typeof item === 'object' &&
  item !== null &&
  'field' in item &&
  typeof item.field === 'string' &&
  'message' in item &&
  typeof item.message === 'string';

const seconds = (header: string | null): number | null =>
  header && /^\d{1,9}$/.test(header) ? Number.parseInt(header, 10) : null;

/** Reads a problem without trusting that it is one: a proxy's error page has no code. */
export async function readProblem(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  const fields = typeof body === 'object' && body !== null ? body : {};
  return {
    status: response.status,
    code: 'code' in fields && typeof fields.code === 'string' ? fields.code : 'unknown',
    detail: 'detail' in fields && typeof fields.detail === 'string' ? fields.detail : null,
    errors: 'errors' in fields && Array.isArray(fields.errors) ? fields.errors.filter(isFieldError) : [],
    retryAfter: seconds(response.headers.get('retry-after')),
  };
}
