'use client';
// The part of a product's page that follows the chosen options: pictures, choices, price, stock, and buying it.
import { type ReactNode, useState } from 'react';
import { Price } from '@/components/catalog/price';
import { AddToCart } from '@/components/product/add-to-cart';
import { Facts } from '@/components/product/facts';
import { Gallery } from '@/components/product/gallery';
import { OptionPicker } from '@/components/product/option-picker';
import { Stock } from '@/components/product/stock';
import type { Product, Variant } from '@/lib/api/catalog';

interface Props {
  product: Pick<Product, 'slug' | 'title' | 'vendor' | 'pictures' | 'options' | 'variants'>;
  initial: Variant;
  heading: ReactNode;
  children: ReactNode;
}

export function ProductView({ product, initial, heading, children }: Props) {
  const [variant, setVariant] = useState(initial);

  const choose = (next: Variant, href: string) => {
    setVariant(next);
    // The address can be shared; "back" still leaves the product instead of undoing each choice.
    window.history.replaceState(null, '', href);
  };

  return (
    <div className="grid gap-x-8 gap-y-6 md:grid-cols-2 lg:gap-x-12 lg:grid-cols-[minmax(0,7fr)_minmax(0,5fr)] xl:gap-x-20">
      <Gallery pictures={product.pictures} initial={initial.picture_id} shown={variant.picture_id} />
      <div className="md:sticky md:top-8 md:self-start">
        {heading}
        <div aria-live="polite" className="mt-4 grid gap-2">
          <Price price={variant.price} before={variant.compare_at_price} className="text-h3" />
          <Stock variant={variant} />
        </div>
        <OptionPicker product={product} current={variant} onChoose={choose} />
        {/* Another variant is another thing to buy: how many and what went wrong start anew. */}
        <AddToCart key={variant.id} title={product.title} variant={variant} />
        {children}
        <Facts vendor={product.vendor ?? ''} variant={variant} />
      </div>
    </div>
  );
}
