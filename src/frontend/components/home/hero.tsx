// The opening scene: drawn once for the day and once for the night, with room for words on its calm side.
import { ArrowIcon } from '@/components/ui/icons';

const WIDTHS = [640, 1280, 1920];

const srcSet = (scheme: 'light' | 'dark', type: 'avif' | 'webp'): string =>
  WIDTHS.map((width) => `/hero/hero-${scheme}-${width}w.${type} ${width}w`).join(', ');

const DARK = '(prefers-color-scheme: dark)';

export function Hero() {
  return (
    <section aria-labelledby="hero" className="relative overflow-hidden border-b border-line lg:bg-surface">
      <picture>
        <source type="image/avif" media={DARK} srcSet={srcSet('dark', 'avif')} sizes="100vw" />
        <source type="image/webp" media={DARK} srcSet={srcSet('dark', 'webp')} sizes="100vw" />
        <source type="image/avif" srcSet={srcSet('light', 'avif')} sizes="100vw" />
        <source type="image/webp" srcSet={srcSet('light', 'webp')} sizes="100vw" />
        <img
          src="/hero/hero-light-1280w.webp"
          alt=""
          width={1920}
          height={1080}
          fetchPriority="high"
          decoding="sync"
          className="aspect-4/3 w-full object-cover object-[85%_50%] sm:aspect-video lg:aspect-auto lg:h-[clamp(32rem,48vw,52rem)] lg:object-[50%_82%]"
        />
      </picture>
      <div className="page lg:absolute lg:inset-0 lg:flex lg:items-center">
        <div className="max-w-xl py-8 sm:py-10 lg:max-w-[38%] lg:py-0">
          <h1 id="hero" className="text-display font-[600]">
            Gear for people who ship.
          </h1>
          <p className="mt-5 max-w-md text-lead text-muted lg:text-ink">
            Heavy cloth, honest wood, good paper. Made for long sessions, small hours and green builds.
          </p>
          <a href="/products" className="button mt-7 min-h-12 px-6">
            Browse everything
            <ArrowIcon />
          </a>
        </div>
      </div>
    </section>
  );
}
