// One proposal of the search box. It is a link, so that it opens in a new tab as any other; focus stays in the field.
import type { ReactNode } from 'react';
import { Picture } from '@/components/ui/picture';
import type { ProductCard } from '@/lib/api/catalog';
import { formatMoney } from '@/lib/money';
import { categoryPath, productPath } from '@/lib/urls';

interface OptionProps {
  id: string;
  href: string;
  isActive: boolean;
  children: ReactNode;
}

function Option({ id, href, isActive, children }: OptionProps) {
  return (
    <a
      id={id}
      href={href}
      role="option"
      aria-selected={isActive}
      tabIndex={-1}
      // Pressing must not take the focus out of the field: that would close the list before the click arrives.
      onMouseDown={(event) => event.preventDefault()}
      className={`flex min-h-11 items-center gap-3 rounded-small px-2.5 py-1.5 text-small hover:bg-surface ${isActive ? 'bg-surface outline-2 -outline-offset-2 outline-accent' : ''}`}
    >
      {children}
    </a>
  );
}

export function ProductOption({
  product,
  ...option
}: {
  id: string;
  product: ProductCard;
  isActive: boolean;
}) {
  const [picture] = product.pictures;
  return (
    <Option {...option} href={productPath(product.slug)}>
      <span className="block h-12 w-10 shrink-0 overflow-hidden rounded-small bg-surface">
        {picture ? <Picture picture={picture} sizes="40px" alt="" /> : null}
      </span>
      <span className="min-w-0 flex-1 truncate">{product.title}</span>
      <span className="text-muted tabular-nums">{formatMoney(product.price)}</span>
    </Option>
  );
}

interface CategoryOptionProps {
  id: string;
  category: { slug: string; name: string };
  isActive: boolean;
}

export function CategoryOption({ category, ...option }: CategoryOptionProps) {
  return (
    <Option {...option} href={categoryPath(category.slug)}>
      <span className="flex-1">{category.name}</span>
      <span className="detail text-muted">Category</span>
    </Option>
  );
}
