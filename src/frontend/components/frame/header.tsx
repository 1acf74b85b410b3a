// The header: the shop's name, its categories, its search, account and cart. On a phone the categories fold away.
import { CartButton } from '@/components/cart/cart-button';
import { AccountLink } from '@/components/frame/account-link';
import { CategoryMenu } from '@/components/frame/category-menu';
import { SearchBox } from '@/components/search/search-box';
import { Mark } from '@/components/ui/icons';
import type { Category } from '@/lib/api/catalog';
import { categoryPath } from '@/lib/urls';

interface Props {
  storeName: string;
  categories: Category[];
}

export function Header({ storeName, categories }: Props) {
  const roots = categories.filter(({ depth }) => depth === 0);
  return (
    <header className="frame-header relative z-40 border-b border-line bg-paper">
      <div className="page grid grid-cols-[1fr_auto_auto] items-center gap-x-5 gap-y-3 py-3 lg:grid-cols-[auto_1fr_clamp(13rem,22vw,20rem)_auto_auto] lg:gap-x-6 lg:py-4 2xl:gap-x-8">
        <a href="/" className="flex min-h-11 items-center gap-2.5 justify-self-start">
          <Mark className="size-7" />
          <span className="text-h3 font-[620] tracking-[-0.022em]">{storeName}</span>
        </a>
        <CategoryMenu categories={categories} />
        <nav aria-label="Categories" className="hidden lg:block">
          <ul className="flex flex-wrap gap-x-6 2xl:gap-x-8">
            {roots.map(({ slug, name }) => (
              <li key={slug}>
                <a
                  href={categoryPath(slug)}
                  className="inline-flex min-h-8 items-center text-small underline-offset-8 hover:underline hover:decoration-accent hover:decoration-2"
                >
                  {name}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div className="max-lg:col-span-2 max-lg:row-start-2">
          <SearchBox />
        </div>
        <AccountLink />
        <CartButton />
      </div>
    </header>
  );
}
