// Products side by side: two on a phone, as many as four on a wide screen.
import { ProductCard } from '@/components/catalog/product-card';
import type { ProductCard as Card } from '@/lib/api/catalog';

interface Props {
  products: Card[];
  /** How many columns a wide screen has; a list beside filters has three. */
  columns?: 3 | 4;
  /** How many pictures are seen at once when the page opens. */
  eager?: number;
  heading?: 'h2' | 'h3';
}

const LAYOUT = {
  3: {
    grid: 'md:grid-cols-3',
    sizes: '(min-width: 96rem) 23rem, (min-width: 64rem) 24vw, (min-width: 48rem) 31vw, 47vw',
  },
  4: {
    grid: 'md:grid-cols-4',
    sizes: '(min-width: 96rem) 22rem, (min-width: 48rem) 23vw, 47vw',
  },
};

export function ProductGrid({ products, columns = 4, eager = 0, heading }: Props) {
  const { grid, sizes } = LAYOUT[columns];
  return (
    <ul className={`grid grid-cols-2 gap-x-3 gap-y-8 sm:gap-x-5 lg:gap-y-12 ${grid}`}>
      {products.map((product, index) => (
        <li key={product.id}>
          <ProductCard product={product} sizes={sizes} priority={index < eager} heading={heading} />
        </li>
      ))}
    </ul>
  );
}
