// What a category divides into, or its neighbours when it does not.
import type { Category } from '@/lib/api/catalog';
import { categoryPath } from '@/lib/urls';

interface Props {
  of: Category;
  categories: Category[];
}

export function Subcategories({ of: category, categories }: Props) {
  const children = categories.filter(({ parent }) => parent === category.slug);
  const siblings = category.parent ? categories.filter(({ parent }) => parent === category.parent) : [];
  const shown = children.length > 0 ? children : siblings;
  if (shown.length < 2) return null;
  return (
    <nav
      aria-label={children.length > 0 ? `Parts of ${category.name}` : 'Neighbouring categories'}
      className="mt-5"
    >
      <ul className="flex flex-wrap gap-2">
        {shown.map(({ slug, name, product_count }) => (
          <li key={slug}>
            <a
              href={categoryPath(slug)}
              aria-current={slug === category.slug ? 'page' : undefined}
              className="inline-flex min-h-9 items-baseline gap-2 rounded-full border border-edge px-4 py-1.5 text-small hover:border-ink focus-visible:rounded-full aria-[current]:border-ink aria-[current]:bg-ink aria-[current]:text-paper"
            >
              {name}
              <span className="detail opacity-80">
                {product_count}
                <span className="sr-only"> products</span>
              </span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
