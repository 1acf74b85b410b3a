// A call of the API while a page is rendered: measured, and in the trace of the page's request.
import { headers } from 'next/headers';
import { measured } from '@/lib/observe/metrics';
import type { Observed } from '@/lib/observe/observed';

export const observed: Observed = async (endpoint, call) => {
  const traceparent = (await headers()).get('traceparent');
  return measured(endpoint, () => call(traceparent ? { traceparent } : {}));
};
