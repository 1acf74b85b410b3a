// The list under the search field: products first, then categories.
import type { Ref } from 'react';
import { CategoryOption, ProductOption } from '@/components/search/options';
import type { Suggestions } from '@/lib/api/suggestions';

interface Props {
  ref: Ref<HTMLDivElement>;
  id: string;
  suggestions: Suggestions;
  isOpen: boolean;
  active: number;
  optionId: (index: number) => string;
}

export function SuggestionList({ ref, id, suggestions, isOpen, active, optionId }: Props) {
  const { products, categories, correction } = suggestions;
  return (
    <div
      hidden={!isOpen}
      className="absolute inset-x-0 top-full z-50 mt-2 overflow-hidden rounded-medium border border-line bg-raised p-1.5 shadow-popup"
    >
      {correction ? <p className="px-2.5 py-1.5 text-small text-muted">Showing “{correction}”</p> : null}
      <div ref={ref} id={id} role="listbox" tabIndex={-1} aria-label="Suggestions">
        {products.map((product, index) => (
          <ProductOption
            key={product.id}
            id={optionId(index)}
            product={product}
            isActive={active === index}
          />
        ))}
        {categories.map((category, index) => (
          <CategoryOption
            key={category.slug}
            id={optionId(products.length + index)}
            category={category}
            isActive={active === products.length + index}
          />
        ))}
      </div>
    </div>
  );
}
