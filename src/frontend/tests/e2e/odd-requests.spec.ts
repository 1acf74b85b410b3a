// Odd requests to every kind of page, through the real edge and the real renderer: no visitor can make a fault of ours.
import http from 'node:http';
import { findProduct, largeCategory } from './support/catalogue';
import { expect, test } from './support/test';

interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
}

/** Asks for an address as it is written, which a browser or `fetch` would not. */
function ask(
  origin: string | undefined,
  path: string,
  headers: Record<string, string | string[]> = {},
): Promise<Answer> {
  const { hostname, port } = new URL(origin ?? '');
  return new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    request.on('error', reject);
    request.end();
  });
}

/** What went wrong on our side, in words; `null` when nothing did. */
function fault(path: string, { status, headers }: Answer): string | null {
  const isRefusedUnderLoad = status === 503 && headers['retry-after'] !== undefined;
  if (status >= 500 && !isRefusedUnderLoad) return `${path}: ${status}`;
  return headers['x-content-type-options'] === 'nosniff' ? null : `${path}: no security headers`;
}

/** Asks for many addresses, a few at a time, and collects the faults. */
async function faults(
  origin: string | undefined,
  requests: { path: string; headers?: Record<string, string | string[]> }[],
): Promise<string[]> {
  const found: string[] = [];
  const queue = requests.values();
  const worker = async () => {
    for (const { path, headers } of queue) {
      const what = fault(path, await ask(origin, path, headers));
      if (what) found.push(`${what} ${JSON.stringify(headers ?? {})}`);
    }
  };
  await Promise.all(Array.from({ length: 6 }, worker));
  return found;
}

const BYTES = Array.from({ length: 256 }, (_, byte) => `%${byte.toString(16).padStart(2, '0')}`);
/** Those that mean something somewhere, and a few that are no text. */
const SEPARATORS = BYTES.filter(
  (_, byte) => byte < 48 || (byte > 57 && byte < 65) || (byte > 90 && byte % 8 === 3),
);
const TEXTS = [
  '%',
  '%f',
  '%zz',
  '%25',
  '%25ff',
  '%2525',
  '%252e%252e',
  '%c3%28',
  '%ed%a0%80',
  '%f0%9f%98%80',
  '%ef%bf%bd',
  '%e2%80%ae',
  '..',
  '.%2e',
  '%2e%2e%2f%2e%2e',
  '%5c..%5c',
  '__proto__',
  'constructor',
  '[slug]',
  '%5Bslug%5D',
  '(.)mug',
  'a.rsc',
  'a.segments/_tree.segment.rsc',
  'a'.repeat(300),
  'a'.repeat(3000),
];
const STATES = [
  'x',
  '%',
  '[]',
  '{}',
  '["",{}]',
  '["",{"children":["x",{}]}]',
  '["",{},"refetch"]',
  '1'.repeat(9000),
];

test.describe('an odd request is no fault', () => {
  test.skip(({ isMobile }) => Boolean(isMobile), 'no browser takes part');

  /** A page of each kind, and the addresses that lead to none. */
  async function pages(request: Parameters<typeof findProduct>[0]): Promise<string[]> {
    const { slug } = await findProduct(request, 'at all', () => true);
    const category = await largeCategory(request);
    const named = [
      '/products',
      '/search',
      '/cart',
      '/checkout',
      '/orders/1',
      '/account',
      '/account/orders',
      '/shipping',
    ];
    return [
      '/',
      `/products/${slug}`,
      `/categories/${category.slug}`,
      ...named,
      '/admin',
      '/admin/orders',
      '/nowhere',
    ];
  }

  test('in a path', async ({ baseURL }) => {
    test.slow();
    const all = ['', '/products'].flatMap((parent) => SEPARATORS.map((tail) => `${parent}/${tail}`));
    const others = [
      '',
      '/products',
      '/categories',
      '/orders',
      '/account',
      '/admin',
      '/media',
      '/_next/static',
    ];
    const odd = others.flatMap((parent) => TEXTS.map((tail) => `${parent}/${tail}`));
    const paths = [...all, ...odd].map((path) => ({ path }));
    expect(await faults(baseURL, paths)).toEqual([]);
  });

  test('in a query', async ({ baseURL, request }) => {
    test.slow();
    const kinds = await pages(request);
    const names = [
      'q',
      'category',
      'vendor',
      'option',
      'min_price',
      'max_price',
      'available',
      'sort',
      'cursor',
      'variant',
    ];
    const of = <T>(items: T[], index: number) => items[index % items.length];
    const bytes = [...SEPARATORS, ...TEXTS].map((value, index) => ({
      path: `${of(kinds, index)}?${of(names, index)}=${value}&${value}=1`,
    }));
    const filters = names.flatMap((name) =>
      ['/products', '/search', of(kinds, 2)].map((path) => ({
        path: `${path}?${name}=-1&${name}=x:y&${name}=`,
      })),
    );
    expect(await faults(baseURL, [...bytes, ...filters])).toEqual([]);
  });

  test('in what Next.js says to itself', async ({ baseURL, request }) => {
    test.slow();
    const kinds = (await pages(request)).filter((_, index) => index % 2 === 0);
    const navigations = STATES.map((state) => ({ RSC: '1', 'Next-Router-State-Tree': state }));
    const others: Record<string, string>[] = [
      { RSC: '1', 'Next-Router-Prefetch': '1', 'Next-Router-Segment-Prefetch': '/_tree/..' },
      { RSC: '1', 'Next-Url': '//[', 'Next-HMR-Refresh': '1' },
      { 'Next-Action': 'x', 'x-nextjs-data': '1', 'x-matched-path': '/[slug]' },
      { 'x-middleware-subrequest': 'middleware', 'x-invoke-path': '/_error', 'x-invoke-status': '500' },
      { 'x-now-route-matches': '1=%', 'next-resume': '1', 'x-prerender-revalidate': 'x' },
      { Accept: 'text/x-component', Range: 'bytes=9-1', 'If-None-Match': '\u00ff', 'If-Modified-Since': 'x' },
    ];
    const requests = kinds.flatMap((path) =>
      [...navigations, ...others].map((headers) => ({ path, headers })),
    );
    expect(await faults(baseURL, requests)).toEqual([]);
    const internal = [
      '/?__nextDataReq=1',
      '/products?nxtPslug=%',
      '/404',
      '/500',
      '/_error',
      '/_not-found',
      '/index',
    ];
    expect(
      await faults(
        baseURL,
        internal.map((path) => ({ path })),
      ),
    ).toEqual([]);
  });

  test('and no picture is made here', async ({ baseURL }) => {
    const queries = [
      '',
      '?url=/\\host',
      '?url=%2Ficon.svg&w=64&q=75',
      '?url=//evil.example/x.png&w=64&q=75',
      '?url=%',
    ];
    for (const query of queries) {
      expect((await ask(baseURL, `/_next/image${query}`)).status, query).toBe(404);
    }
  });

  test('and no page becomes a file of the build', async ({ baseURL }) => {
    for (const path of [
      '/_next/static/../../products',
      '/_next/static/%2e%2e/%2e%2e/products',
      '/_next/static/..%2f..%2fproducts',
      '/_next/static//products',
      '/_next/static/chunks',
      '/_next/BUILD_ID',
    ]) {
      const { status, headers, body } = await ask(baseURL, path);
      expect(status, path).toBe(404);
      expect(headers['cache-control'] ?? '', path).not.toContain('immutable');
      expect(body, path).not.toContain('<main');
    }
  });

  test('and who mistyped an address is led on', async ({ page }) => {
    const response = await page.request.get('/products/%ff');
    expect(response.status()).toBe(404);
    await page.setContent(await response.text());
    await expect(page.getByRole('heading', { level: 1, name: 'There is nothing here' })).toBeVisible();
    await expect(page.getByRole('link', { name: 'Go to the home page' })).toBeVisible();
  });
});
