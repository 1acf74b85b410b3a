// The document as robots and the edge see it: tags, structured data, and nothing in it that belongs to one visitor.
import type { Page } from '@playwright/test';
import { at, findProduct, largeCategory, pageKinds } from './support/catalogue';
import { expect, test } from './support/test';

async function structuredData(page: Page): Promise<Record<string, unknown>[]> {
  const scripts = await page.locator('script[type="application/ld+json"]').allTextContents();
  return scripts.map((text) => JSON.parse(text));
}

test('every page has one title, one description at most, one heading and a canonical address', async ({
  page,
  request,
}) => {
  test.slow();
  const { name } = await (await request.get('/api/store')).json();
  for (const [kind, path] of Object.entries(await pageKinds(request))) {
    await page.goto(path);
    await expect(page.locator('head > title'), kind).toHaveCount(1);
    await expect(page.getByRole('heading', { level: 1 }), kind).toHaveCount(1);
    const canonical = page.locator('head > link[rel="canonical"]');
    await expect(canonical, kind).toHaveCount(1);
    await expect(canonical, kind).toHaveAttribute('href', /^https?:\/\/[^?]+$/);
    if (kind !== 'product') expect(await page.title(), kind).toContain(name);
  }
});

test('only the plain list of a category is for search engines', async ({ page, request }) => {
  const { slug } = await largeCategory(request);
  const robots = page.locator('meta[name="robots"]');
  await page.goto(`/categories/${slug}?utm_source=mail`);
  await expect(robots).toHaveCount(0);
  for (const path of [
    `/categories/${slug}?available=true`,
    `/categories/${slug}?sort=price_asc`,
    '/search?q=mug',
  ]) {
    await page.goto(path);
    await expect(robots, path).toHaveAttribute('content', 'noindex, follow');
  }
});

test('a product is described to search engines and to previews', async ({ page, request }) => {
  const product = await findProduct(request, 'with a picture', ({ pictures }) => pictures.length > 0);
  await page.goto(`/products/${product.slug}`);
  await expect(page.locator('meta[property="og:title"]')).toHaveAttribute(
    'content',
    product.seo.title ?? product.title,
  );
  await expect(page.locator('meta[property="og:url"]')).toHaveAttribute(
    'content',
    new RegExp(`/products/${product.slug}$`),
  );
  await expect(page.locator('meta[property="og:image"]')).toHaveAttribute(
    'content',
    /^https?:\/\/.+\.(webp|jpe?g|png)$/,
  );

  const data = await structuredData(page);
  const described = data.find((item) => item['@type'] === 'Product');
  expect(described).toMatchObject({ name: product.title });
  expect(described?.offers).toHaveLength(product.variants.length);
  expect(described?.offers).toContainEqual(
    expect.objectContaining({
      price: (at(product.variants, 0).price.amount / 100).toFixed(2),
      priceCurrency: at(product.variants, 0).price.currency,
    }),
  );
  const trail = data.find((item) => item['@type'] === 'BreadcrumbList');
  expect(trail?.itemListElement).toHaveLength(product.categories.length + 2);
});

test('the shop describes itself', async ({ page }) => {
  await page.goto('/');
  const kinds = (await structuredData(page)).map((item) => item['@type']);
  expect(kinds).toEqual(expect.arrayContaining(['Organization', 'WebSite']));
});

test('documents carry no inline style and no script without a nonce or a source', async ({ request }) => {
  for (const [kind, path] of Object.entries(await pageKinds(request))) {
    const html = await (await request.get(path)).text();
    expect(html, kind).not.toMatch(/<[^>]+\sstyle=/);
    expect(html, kind).not.toContain('<style');
  }
});

test('a page is the same for everybody and sets no cookie', async ({ request, playwright, baseURL }) => {
  const visitor = await playwright.request.newContext({
    baseURL,
    extraHTTPHeaders: {
      cookie: 'session=visitor-1; cart=visitor-1',
      'accept-language': 'fr',
      'user-agent': 'visitor-1',
    },
  });
  // Scripts differ by their nonce and by the order in which parts were ready; what is read does not.
  const read = (html: string) =>
    html.replaceAll(/<script\b.*?<\/script>/gs, '').replaceAll(/ nonce="[^"]+"/g, '');
  for (const [kind, path] of Object.entries(await pageKinds(request))) {
    const [anybody, somebody] = await Promise.all([request.get(path), visitor.get(path)]);
    const text = await somebody.text();
    expect(somebody.headers()['set-cookie'], kind).toBeUndefined();
    expect(text, kind).not.toContain('visitor-1');
    expect(read(text), kind).toBe(read(await anybody.text()));
  }
  await visitor.dispose();
});

test('a page is complete in its first bytes: no hole is filled in later', async ({ request }) => {
  for (const [kind, path] of Object.entries(await pageKinds(request))) {
    const html = await (await request.get(path)).text();
    expect(html, kind).toContain('<h1');
    expect(html, kind).not.toMatch(/<template id="[BP]:/);
    expect(html, kind).toContain('</html>');
  }
});
