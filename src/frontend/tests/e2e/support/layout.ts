// Measures whether a page moves under its reader: the sum of layout shifts as browsers define it.
import type { Page } from '@playwright/test';

interface LayoutShift extends PerformanceEntry {
  value: number;
}

declare global {
  interface Window {
    layoutShift: number;
  }
}

/** Begins to measure with the next page; to be called before it is opened. Nobody touches it, so every shift counts. */
export async function measureShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.layoutShift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as LayoutShift[]) window.layoutShift += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

export async function layoutShift(page: Page): Promise<number> {
  return page.evaluate(() => window.layoutShift);
}

/** Reads a page from top to bottom and waits for every picture that this brings into view. */
export async function readThrough(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    for (let y = 0; y < document.body.scrollHeight; y += window.innerHeight / 2) {
      window.scrollTo({ top: y, behavior: 'instant' });
      await frame();
      await frame();
    }
    const near = [...document.images].filter((image) => image.currentSrc !== '');
    await Promise.all(near.map((image) => image.decode().catch(() => undefined)));
    await document.fonts.ready;
    window.scrollTo({ top: 0, behavior: 'instant' });
    await frame();
  });
}

/** Keeps files back until they are told to arrive. */
export async function hold(
  page: Page,
  files: '**/*.woff2' | '**/_next/static/**/*.js',
): Promise<{ arrive: () => void }> {
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  await page.route(files, async (route) => {
    await arrived;
    await route.fallback();
  });
  return { arrive };
}
