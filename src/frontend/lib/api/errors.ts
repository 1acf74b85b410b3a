// What can go wrong when the API is asked: it refuses (problem+json), or it cannot be reached.

/** The part of an RFC 9457 answer that the storefront acts upon. */
export interface Problem {
  status: number;
  code: string;
  detail: string | null;
}

/** The API answered, but not with what was asked for. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(path: string, problem: Problem) {
    super(`${path}: ${problem.status} ${problem.code}${problem.detail ? ` (${problem.detail})` : ''}`);
    this.name = 'ApiError';
    this.status = problem.status;
    this.code = problem.code;
  }
}

/** True when the API refused what was asked for, as opposed to failing. */
export function isRefusal(error: unknown): error is ApiError {
  return error instanceof ApiError && (error.status === 400 || error.status === 422);
}

export function isNotFound(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 404;
}

/** Reads a problem without trusting that it is one: a proxy's error page has no code. */
export async function readProblem(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  const fields = typeof body === 'object' && body !== null ? body : {};
  return {
    status: response.status,
    code: 'code' in fields && typeof fields.code === 'string' ? fields.code : 'unknown',
    detail: 'detail' in fields && typeof fields.detail === 'string' ? fields.detail : null,
  };
}
