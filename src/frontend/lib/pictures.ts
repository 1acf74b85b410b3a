// Turns a picture's renditions into what a <picture> element wants.
import type { Picture } from '@/lib/api/catalog';

export interface PictureSource {
  type: string;
  srcSet: string;
}

export interface PictureSources {
  sources: PictureSource[];
  fallback: string;
  width: number;
  height: number;
}

const PREFERENCE = ['image/avif', 'image/webp', 'image/jpeg', 'image/png'];

/** Sources from the best format to the plainest, each from the smallest width up; `null` without renditions. */
export function pictureSources(picture: Picture): PictureSources | null {
  const renditions = picture.renditions.toSorted((a, b) => a.width - b.width);
  const largest = renditions.at(-1);
  if (!largest) return null;
  const types = [...new Set(renditions.map(({ type }) => type))];
  const ordered = types.toSorted((a, b) => PREFERENCE.indexOf(a) - PREFERENCE.indexOf(b));
  const sources = ordered.map((type) => ({
    type,
    srcSet: renditions
      .filter((rendition) => rendition.type === type)
      .map(({ url, width }) => `${url} ${width}w`)
      .join(', '),
  }));
  const plainest = ordered.at(-1);
  const fallbacks = renditions.filter(({ type }) => type === plainest);
  const fallback = fallbacks.find(({ width }) => width >= 800) ?? fallbacks.at(-1) ?? largest;
  return { sources, fallback: fallback.url, width: largest.width, height: largest.height };
}

/** The picture for previews elsewhere, in a format that every reader of Open Graph tags knows. */
export function previewPicture(picture: Picture | undefined) {
  const plain = picture?.renditions.filter(({ type }) => type !== 'image/avif') ?? [];
  return plain.toSorted((a, b) => b.width - a.width)[0];
}
