// A product in a list: its picture, its name, its price; the whole card is one link.
import { Price } from '@/components/catalog/price';
import { Picture } from '@/components/ui/picture';
import type { ProductCard as Card } from '@/lib/api/catalog';
import { productPath } from '@/lib/urls';

interface Props {
  product: Card;
  sizes: string;
  priority?: boolean;
  heading?: 'h2' | 'h3';
}

/** The one thing about availability or price that is worth a label on the picture. */
function label({ availability, compare_at_price }: Card): string | null {
  if (availability === 'out_of_stock') return 'Sold out';
  if (availability === 'low_stock') return 'Nearly gone';
  return compare_at_price ? 'Reduced' : null;
}

export function ProductCard({ product, sizes, priority, heading: Heading = 'h3' }: Props) {
  const [first, second] = product.pictures;
  const note = label(product);
  return (
    <article className="group relative">
      <div className="relative aspect-4/5 overflow-hidden rounded-small bg-surface">
        {first ? (
          <Picture picture={first} sizes={sizes} priority={priority} alt="" className="h-full object-cover" />
        ) : null}
        {second ? (
          // Not displayed means not loaded: the second view costs nothing until somebody points at the card.
          <div className="absolute inset-0 hidden group-hover:pointer-fine:block starting:opacity-0 transition-opacity duration-300">
            <Picture picture={second} sizes={sizes} alt="" className="h-full object-cover" />
          </div>
        ) : null}
        {note ? (
          <p className="detail absolute bottom-2 left-2 rounded-full bg-paper px-2.5 py-1 text-ink">{note}</p>
        ) : null}
      </div>
      <div className="mt-3 grid gap-0.5 text-small">
        <Heading className="font-[560] leading-snug">
          <a
            href={productPath(product.slug)}
            className="after:absolute after:inset-0 underline-offset-4 group-hover:underline focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-offset-4 focus-visible:after:outline-accent"
          >
            {product.title}
          </a>
        </Heading>
        <Price price={product.price} before={product.compare_at_price} from={product.price_varies} />
      </div>
    </article>
  );
}
