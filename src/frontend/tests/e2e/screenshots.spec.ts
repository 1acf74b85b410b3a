// Draws the pictures in the documentation anew, when asked to: UPDATE_SCREENSHOTS=1.
import { largeCategory } from './support/catalogue';
import { readThrough } from './support/layout';
import { expect, test } from './support/test';

const FOLDER = '../../docs/images';

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.skip(!process.env.UPDATE_SCREENSHOTS, 'pictures are drawn with UPDATE_SCREENSHOTS=1');
    test.use({ colorScheme });

    test('pictures for the documentation', async ({ page, request }, { project }) => {
      const { slug } = await largeCategory(request);
      const { items } = await (
        await request.get(`/api/products?category=${slug}&limit=1&sort=price_desc`)
      ).json();
      const pages = { home: '/', listing: `/categories/${slug}`, product: `/products/${items[0].slug}` };
      for (const [name, path] of Object.entries(pages)) {
        await page.goto(path);
        await readThrough(page);
        const picture = await page.screenshot({
          path: `${FOLDER}/${name}-${project.name}-${colorScheme}.png`,
          scale: 'css',
        });
        expect(picture.byteLength).toBeGreaterThan(0);
      }
    });
  });
}
