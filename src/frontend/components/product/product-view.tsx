'use client';
// The part of a product's page that follows the chosen options: pictures, choices, price and stock.
import { type ReactNode, useState } from 'react';
import { Price } from '@/components/catalog/price';
import { Facts } from '@/components/product/facts';
import { Gallery } from '@/components/product/gallery';
import { OptionPicker } from '@/components/product/option-picker';
import { Stock } from '@/components/product/stock';
import type { Product, Variant } from '@/lib/api/catalog';

interface Props {
  product: Pick<Product, 'slug' | 'vendor' | 'pictures' | 'options' | 'variants'>;
  initial: Variant;
  title: ReactNode;
  children: ReactNode;
}

export function ProductView({ product, initial, title, children }: Props) {
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
        {title}
        <div aria-live="polite" className="mt-4 grid gap-2">
          <Price price={variant.price} before={variant.compare_at_price} className="text-h3" />
          <Stock variant={variant} />
        </div>
        <OptionPicker product={product} current={variant} onChoose={choose} />
        {children}
        <Facts vendor={product.vendor ?? ''} variant={variant} />
      </div>
    </div>
  );
}
