// The departments of the shop, each with a picture of what is in it.
import { Picture } from '@/components/ui/picture';
import type { Category } from '@/lib/api/catalog';
import { categoryPath } from '@/lib/urls';

const SIZES = '(min-width: 64rem) 24vw, 47vw';

export function CategoryTiles({ categories }: { categories: Category[] }) {
  return (
    <ul className="grid grid-cols-2 gap-x-3 gap-y-6 sm:gap-x-5 lg:grid-cols-4 lg:gap-y-8">
      {categories.map(({ slug, name, product_count, picture }) => (
        <li key={slug} className="department group">
          <div className="department-picture">
            {picture ? (
              <Picture
                picture={picture}
                sizes={SIZES}
                alt=""
                className="absolute inset-0 h-full object-cover transition-transform duration-500 ease-out motion-safe:group-hover:scale-[1.025]"
              />
            ) : null}
          </div>
          <h3 className="mt-3 flex items-baseline justify-between gap-3 text-h3">
            <a
              href={categoryPath(slug)}
              className="after:absolute after:inset-0 underline-offset-4 group-hover:underline focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-offset-4 focus-visible:after:outline-accent"
            >
              {name}
            </a>
            <span className="detail font-normal text-muted">
              {product_count}
              <span className="sr-only"> products</span>
            </span>
          </h3>
        </li>
      ))}
    </ul>
  );
}
