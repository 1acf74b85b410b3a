// What operators see of the process that renders: prom-client's own metrics, its calls of the API, what it could not render.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Counter, collectDefaultMetrics, Histogram, register } from 'prom-client';

/** A build has several bundles, and each would have a registry's metrics of its own name: the first one makes them. */
function once<T>(name: string, make: () => T): T {
  return (register.getSingleMetric(name) as T | undefined) ?? make();
}

const apiSeconds = once(
  'storefront_api_request_duration_seconds',
  () =>
    new Histogram({
      name: 'storefront_api_request_duration_seconds',
      help: 'Time until the API answered, by endpoint and status; status 0 is no answer',
      labelNames: ['endpoint', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    }),
);

const renderErrors = once(
  'storefront_render_errors_total',
  () =>
    new Counter({
      name: 'storefront_render_errors_total',
      help: 'Errors while a page was rendered, by route',
      labelNames: ['route'],
    }),
);

/** Routes by the files that render them, as the build knows them. In development they are built when they are asked for. */
function readRoutes(): Record<string, string> {
  try {
    return JSON.parse(readFileSync(`${process.cwd()}/.next/app-path-routes-manifest.json`, 'utf8'));
  } catch {
    return {};
  }
}

const routes = readRoutes();

/** Measures one call; `endpoint` is the template of its path. */
export async function measured(endpoint: string, call: () => Promise<Response>): Promise<Response> {
  const end = apiSeconds.startTimer({ endpoint });
  try {
    const response = await call();
    end({ status: response.status });
    return response;
  } catch (error) {
    end({ status: 0 });
    throw error;
  }
}

/** Counts an error of rendering; `file` is the page's file, as Next.js names it. */
export function countRenderError(file: string): void {
  renderErrors.inc({ route: routes[file] ?? file });
}

function log(what: string, error: unknown): void {
  // biome-ignore lint/suspicious/noConsole: standard error is this process's log
  console.error(what, error);
}

/** Answers `GET /metrics` on a port of its own, which is never public. */
export function serveMetrics(port: number, host: string): void {
  once('process_cpu_seconds_total', collectDefaultMetrics);
  // A rate begins with what is told before the first error.
  for (const route of Object.values(routes)) renderErrors.inc({ route }, 0);
  const server = createServer(async (request, response) => {
    const isKnown = request.method === 'GET' && request.url === '/metrics';
    try {
      const told = isKnown ? await register.metrics() : '';
      response.writeHead(isKnown ? 200 : 404, { 'content-type': register.contentType }).end(told);
    } catch (error) {
      log('the metrics cannot be told', error);
      response.writeHead(500).end();
    }
  });
  // Shoppers are served all the same; the target that is down is an alert.
  server.on('error', (error) => log(`no metrics at port ${port}`, error));
  server.listen(port, host);
  // It never keeps the process from ending.
  server.unref();
}
