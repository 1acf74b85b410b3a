// A call of the API from a page: in the trace of the page's own request, which the origin tells by Server-Timing.
import type { Observed } from '@/lib/observe/observed';

const hex = (bytes: number) =>
  Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');

/** The id of the first page's trace; of a new one where the browser does not say (W3C Trace Context, section 3.2). */
function traceId(): string {
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  const told = navigation?.serverTiming?.find(({ name }) => name === 'traceparent')?.description;
  return /^00-([0-9a-f]{32})-/.exec(told ?? '')?.[1] ?? hex(16);
}

let page: { path: string; trace: string } | undefined;

export const observed: Observed = (_, call) => {
  // Each page that is gone to has a trace of its own: one that is as long as a visit shows nothing.
  const path = window.location.pathname;
  if (page?.path !== path) page = { path, trace: page ? hex(16) : traceId() };
  return call({ traceparent: `00-${page.trace}-${hex(8)}-01` });
};
