// The one place that talks to the API: typed by the generated schema, on the server and in the browser.
import { ApiError, readProblem } from '@/lib/api/errors';
import type { paths } from '@/lib/api/schema';

type GetPath = { [P in keyof paths]: paths[P] extends { get: object } ? P : never }[keyof paths];
type Operation<P extends GetPath> = paths[P] extends { get: infer Get } ? Get : never;
type Answer<P extends GetPath> =
  Operation<P> extends { responses: { 200: { content: { 'application/json': infer Body } } } } ? Body : never;
type PathParams<P extends GetPath> =
  Operation<P> extends { parameters: { path: infer Params extends object } } ? Params : undefined;
type Query<P extends GetPath> =
  Operation<P> extends { parameters: { query?: infer Params } } ? Params : undefined;

interface Request<P extends GetPath> {
  path?: PathParams<P>;
  query?: Query<P>;
  signal?: AbortSignal;
}

const TIMEOUT_MS = 4000;

/** Server components ask the origin from inside; the browser asks the origin it came from. */
function base(): string {
  return typeof window === 'undefined' ? (process.env.API_URL ?? 'http://127.0.0.1:8080') : '';
}

/** Fills `{name}` in a path; a value never adds a segment of its own. */
function fill(path: string, params: object | undefined): string {
  return Object.entries(params ?? {}).reduce(
    (filled, [name, value]) => filled.replace(`{${name}}`, encodeURIComponent(String(value))),
    path,
  );
}

/** `{ option: ['a', 'b'] }` becomes `option=a&option=b`; absent values are left out. */
function queryString(query: object | undefined): string {
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter((item) => item !== undefined && item !== null)
      .map((item) => [name, String(item)]),
  );
  return pairs.length > 0 ? `?${new URLSearchParams(pairs)}` : '';
}

/** Reads from the API; throws `ApiError` for any answer but success and the platform's error when there is none. */
export async function get<P extends GetPath>(path: P, request: Request<P> = {}): Promise<Answer<P>> {
  const address = fill(path, request.path) + queryString(request.query ?? undefined);
  const deadline = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(base() + address, {
    cache: 'no-store',
    headers: { accept: 'application/json' },
    signal: request.signal ? AbortSignal.any([request.signal, deadline]) : deadline,
  });
  if (!response.ok) throw new ApiError(address, await readProblem(response));
  return response.json();
}
