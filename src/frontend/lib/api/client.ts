// The one place that talks to the API: typed by the generated schema, on the server and in the browser.
import { observed } from '#observe';
import { ApiError, readProblem } from '@/lib/api/errors';
import type { paths } from '@/lib/api/schema';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends { [Name in M]: object } ? P : never;
}[keyof paths];
type Operation<M extends Method, P extends keyof paths> = paths[P] extends { [Name in M]: infer Found }
  ? Found
  : never;

interface Json<Body> {
  content: { 'application/json': Body };
}

type Answer<M extends Method, P extends keyof paths> =
  Operation<M, P> extends { responses: { 200: Json<infer Body> } }
    ? Body
    : Operation<M, P> extends { responses: { 201: Json<infer Body> } }
      ? Body
      : Operation<M, P> extends { responses: { 202: Json<infer Body> } }
        ? Body
        : null;
type PathParams<M extends Method, P extends keyof paths> =
  Operation<M, P> extends { parameters: { path: infer Params extends object } } ? Params : undefined;
type Query<M extends Method, P extends keyof paths> =
  Operation<M, P> extends { parameters: { query?: infer Params } } ? Params : undefined;
type Body<M extends Method, P extends keyof paths> =
  Operation<M, P> extends { requestBody: Json<infer Sent> } ? Sent : undefined;

interface Request<M extends Method, P extends keyof paths> {
  path?: PathParams<M, P>;
  query?: Query<M, P>;
  body?: Body<M, P>;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

const READ_TIMEOUT_MS = 4000;
/** A change may wait for a lock, for the same request sent before, and for the payment provider. */
const CHANGE_TIMEOUT_MS = 15_000;

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

async function ask<M extends Method, P extends keyof paths>(
  method: M,
  path: P,
  { path: params, query, body, headers, signal }: Request<M, P>,
): Promise<Answer<M, P>> {
  const address = fill(path, params) + queryString(query ?? undefined);
  const deadline = AbortSignal.timeout(method === 'get' ? READ_TIMEOUT_MS : CHANGE_TIMEOUT_MS);
  const response = await observed(path, (trace) =>
    fetch(base() + address, {
      method: method.toUpperCase(),
      cache: 'no-store',
      headers: {
        accept: 'application/json',
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...trace,
        ...headers,
      },
      body: body ? JSON.stringify(body) : undefined,
      // A change that was asked for is made, also when its page is left meanwhile.
      keepalive: method !== 'get',
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    }),
  );
  if (!response.ok) throw new ApiError(path, await readProblem(response));
  // `202` and `204` often say nothing more than that it is done.
  const text = await response.text();
  return JSON.parse(text || 'null');
}

/** Reads from the API; throws `ApiError` for any answer but success and the platform's error when there is none. */
export const get = <P extends PathOf<'get'>>(path: P, request: Request<'get', P> = {}) =>
  ask('get', path, request);

export const post = <P extends PathOf<'post'>>(path: P, request: Request<'post', P> = {}) =>
  ask('post', path, request);

export const put = <P extends PathOf<'put'>>(path: P, request: Request<'put', P> = {}) =>
  ask('put', path, request);

export const patch = <P extends PathOf<'patch'>>(path: P, request: Request<'patch', P> = {}) =>
  ask('patch', path, request);

export const remove = <P extends PathOf<'delete'>>(path: P, request: Request<'delete', P> = {}) =>
  ask('delete', path, request);
