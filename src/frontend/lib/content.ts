// The metadata of a written page.
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
