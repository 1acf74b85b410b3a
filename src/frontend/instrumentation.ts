// What Next.js runs when it starts, and when a page cannot be rendered.
import type { Instrumentation } from 'next';

export async function register(): Promise<void> {
  const port = Number(process.env.STOREFRONT_METRICS_PORT);
  if (process.env.NEXT_RUNTIME !== 'nodejs' || !port) return;
  const { serveMetrics } = await import('@/lib/observe/metrics');
  serveMetrics(port, process.env.STOREFRONT_METRICS_HOST ?? '127.0.0.1');
}

export const onRequestError: Instrumentation.onRequestError = async (_error, _request, { routePath }) => {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  const { countRenderError } = await import('@/lib/observe/metrics');
  countRenderError(routePath);
};
