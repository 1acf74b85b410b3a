// A product's picture: the browser picks format and size, the space is reserved before the first byte.
import type { Picture as PictureData } from '@/lib/api/catalog';
import { pictureSources } from '@/lib/pictures';

interface Props {
  picture: PictureData;
  sizes: string;
  /** For the one picture that a visitor sees first; all others wait until they are near. */
  priority?: boolean;
  /** Empty for a picture beside its own title, so that it is not read out twice. */
  alt?: string;
  /** How it fills its box; by itself it keeps its proportions. */
  className?: string;
}

export function Picture({ picture, sizes, priority = false, alt, className = 'h-auto' }: Props) {
  const found = pictureSources(picture);
  if (!found) return null;
  return (
    <picture className="picture contents">
      {found.sources.map(({ type, srcSet }) => (
        <source key={type} type={type} srcSet={srcSet} sizes={sizes} />
      ))}
      <img
        src={found.fallback}
        alt={alt ?? picture.alt ?? ''}
        width={found.width}
        height={found.height}
        loading={priority ? 'eager' : 'lazy'}
        fetchPriority={priority ? 'high' : undefined}
        decoding={priority ? 'sync' : 'async'}
        className={`block w-full ${className}`}
      />
    </picture>
  );
}
