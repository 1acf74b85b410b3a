// The footer: where to go on, the shop's rules, and who runs it.
import { Seller } from '@/components/content/seller';
import { Mark } from '@/components/ui/icons';
import type { Category } from '@/lib/api/catalog';
import type { Store } from '@/lib/api/store';
import { categoryPath } from '@/lib/urls';

interface Link {
  href: string;
  label: string;
}

const HELP: Link[] = [
  { href: '/account', label: 'Your account' },
  { href: '/shipping', label: 'Shipping' },
  { href: '/returns', label: 'Returns' },
  { href: '/privacy', label: 'Privacy' },
];

function LinkColumn({ title, links }: { title: string; links: Link[] }) {
  return (
    <nav aria-label={title}>
      <p className="detail mb-3 text-muted">{title}</p>
      <ul>
        {links.map(({ href, label }) => (
          <li key={href}>
            <a href={href} className="inline-flex min-h-8 items-center text-small hover:underline">
              {label}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

export function Footer({ store, categories }: { store: Store; categories: Category[] }) {
  const shop = categories
    .filter(({ depth }) => depth === 0)
    .map(({ slug, name }) => ({ href: categoryPath(slug), label: name }));
  return (
    <footer className="mt-section border-t border-line bg-surface">
      <div className="page grid grid-cols-2 gap-x-8 gap-y-10 py-12 md:grid-cols-[2fr_1fr_1fr_1.5fr] lg:py-16">
        <div className="col-span-full md:col-span-1">
          <p className="flex items-center gap-2.5 text-h3 font-[620] tracking-[-0.022em]">
            <Mark className="size-7" />
            {store.name}
          </p>
          <p className="mt-3 max-w-xs text-small text-muted">
            Good things for the desk, the commute and the three o’clock page.
          </p>
        </div>
        <LinkColumn title="Shop" links={[{ href: '/products', label: 'All products' }, ...shop]} />
        <LinkColumn title="Help" links={HELP} />
        <div className="col-span-full md:col-span-1">
          <p className="detail mb-3 text-muted">Who we are</p>
          <div className="text-small">
            <Seller store={store} />
          </div>
        </div>
      </div>
      <div className="page">
        <p className="detail border-t border-line py-5 text-muted">
          {store.prices_include_tax ? 'Prices include VAT. ' : 'Prices exclude tax. '}
          Runs on DevOpsify, which is open source.
        </p>
      </div>
    </footer>
  );
}
