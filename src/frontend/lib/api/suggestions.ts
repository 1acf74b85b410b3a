// What the search box proposes while somebody types; asked by the browser.
import { get } from '@/lib/api/client';
import type { components } from '@/lib/api/schema';

export type Suggestions = components['schemas']['Suggestions'];

export async function suggest(q: string, signal: AbortSignal): Promise<Suggestions> {
  return get('/api/search/suggestions', { query: { q }, signal });
}
