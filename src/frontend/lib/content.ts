// The metadata of written pages, and of pages that are filled by the browser.
import type { Metadata } from 'next';
import { absolute } from '@/lib/urls';

export function contentMetadata(title: string, description: string, path: string): Metadata {
  const url = absolute(path);
  return {
    title,
    description,
    alternates: { canonical: url },
    openGraph: { title, description, url, type: 'website' },
  };
}

/** The metadata of a page that shows each visitor something else: nothing for search engines to keep. */
export function privateMetadata(title: string, path: string): Metadata {
  return { title, alternates: { canonical: absolute(path) }, robots: { index: false, follow: true } };
}
