// Browser tests against the whole store: the Rust origin in front of Next.js, with the demo catalogue.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { defineConfig } from '@playwright/test';

const LOCAL = 'http://localhost:18080';
/** Where the store under test sends its mails, and where they can be read. */
const MAIL = { smtp: 18025, http: 18026 };
const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));

// Found, or fetched, once: workers inherit the variable.
process.env.CHROMIUM ||= execFileSync(
  process.execPath,
  [fileURLToPath(new URL('scripts/find-chromium.mjs', import.meta.url))],
  {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  },
);

export default defineConfig({
  testDir: 'tests/e2e',
  outputDir: 'test-results',
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  // A test that passes at the second try has found something; it is not retried to green.
  retries: 0,
  workers: 2,
  timeout: 30_000,
  // A page asks for what it waits for at growing pauses: an answer that is a little late is shown seconds later.
  expect: { timeout: 10_000 },
  reporter: [['list'], ['./tests/e2e/support/counts-reporter.ts']],
  use: {
    baseURL: process.env.STORE_URL ?? LOCAL,
    contextOptions: { reducedMotion: 'reduce' },
    actionTimeout: 10_000,
    screenshot: 'only-on-failure',
    trace: 'off',
    launchOptions: {
      executablePath: process.env.CHROMIUM,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    { name: 'phone', use: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } },
    { name: 'desktop', use: { viewport: { width: 1440, height: 900 } } },
  ],
  webServer: process.env.STORE_URL
    ? undefined
    : [
        {
          command: `node tests/e2e/support/mail-server.mjs ${MAIL.smtp} ${MAIL.http}`,
          url: `http://127.0.0.1:${MAIL.http}/`,
          stdout: 'ignore',
          stderr: 'pipe',
        },
        {
          command: 'target/debug/devopsify-local up',
          // The store knows its repository by the folder that it is started in.
          cwd: REPOSITORY,
          url: `${LOCAL}/`,
          env: {
            DEVOPSIFY_HOME: `${REPOSITORY}target/e2e`,
            // What goes wrong is shown; what goes well would bury the tests' own lines.
            RUST_LOG: 'warn',
            PORT: '18080',
            OPERATIONS_PORT: '18081',
            WORKER_PORT: '18082',
            STOREFRONT_PORT: '13000',
            STOREFRONT_METRICS_PORT: '13001',
            DEMO_PROVIDER_PORT: '18083',
            SMTP_URL: `smtp://127.0.0.1:${MAIL.smtp}`,
          },
          // The store stops its database and its storefront itself, and is given the time to.
          gracefulShutdown: { signal: 'SIGTERM', timeout: 30_000 },
          timeout: 180_000,
          stdout: 'ignore',
          stderr: 'pipe',
        },
      ],
});
