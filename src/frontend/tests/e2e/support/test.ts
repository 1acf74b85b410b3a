// The test that every spec uses: a page on which nothing may go wrong unseen.
import { test as base, expect, type Page } from '@playwright/test';

interface Fixtures {
  /** What a test expects to go wrong, such as the status of a page that does not exist. */
  tolerated: RegExp[];
}

/** Who asks for a cart or an order and has none hears so, and developer tools show every 404 in red. */
const NOT_THEIRS = /404.*\/api\/(carts\/current|orders\/1\b)/;

/** Collects everything that a visitor's developer tools would show in red. */
function watch(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`));
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? '';
    // The browser gives up requests of a page that is left, and the search box gives up stale ones.
    if (reason !== 'net::ERR_ABORTED') complaints.push(`request: ${reason} ${request.url()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`answer: ${response.status()} ${response.url()}`);
  });
  return complaints;
}

/** A browser that may run no script says so of every script that a document preloads. */
export const WITHOUT_SCRIPT = { javaScriptEnabled: false, tolerated: [/^request: csp .+\.js$/] };

export const test = base.extend<Fixtures>({
  tolerated: [[], { option: true }],
  page: async ({ page, tolerated }, use) => {
    const complaints = watch(page);
    await use(page);
    const unexpected = complaints.filter(
      (complaint) => ![NOT_THEIRS, ...tolerated].some((pattern) => pattern.test(complaint)),
    );
    expect(unexpected, 'nothing goes wrong in the browser').toEqual([]);
  },
});

export { expect };
