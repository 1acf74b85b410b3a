// The categories on a phone: a disclosure that needs no script.
import { CrossIcon, MenuIcon } from '@/components/ui/icons';
import type { Category } from '@/lib/api/catalog';
import { categoryPath } from '@/lib/urls';

export function CategoryMenu({ categories }: { categories: Category[] }) {
  const roots = categories.filter(({ depth }) => depth === 0);
  return (
    <details className="group lg:hidden">
      <summary className="flex min-h-11 items-center gap-2 text-small font-[560]">
        <MenuIcon className="size-4 group-open:hidden" />
        <CrossIcon className="hidden size-4 group-open:block" />
        Menu
      </summary>
      <nav
        aria-label="Categories"
        className="absolute inset-x-0 top-full max-h-[80dvh] overflow-y-auto border-b border-line bg-paper shadow-popup"
      >
        <ul className="page grid grid-cols-2 gap-x-6 gap-y-1 py-4">
          {roots.map((root) => (
            <li key={root.slug} className="border-t border-line py-2">
              <a href={categoryPath(root.slug)} className="flex min-h-11 items-center text-h3 font-[560]">
                {root.name}
              </a>
              <ul>
                {categories
                  .filter(({ parent }) => parent === root.slug)
                  .map(({ slug, name }) => (
                    <li key={slug}>
                      <a
                        href={categoryPath(slug)}
                        className="flex min-h-9 items-center text-muted hover:text-ink"
                      >
                        {name}
                      </a>
                    </li>
                  ))}
              </ul>
            </li>
          ))}
        </ul>
      </nav>
    </details>
  );
}
