// The way around an account: a row of words on a phone, a column beside the page where there is room.

const PAGES = [
  { path: '/account', name: 'Overview' },
  { path: '/account/orders', name: 'Orders' },
  { path: '/account/addresses', name: 'Addresses' },
  { path: '/account/security', name: 'Security' },
  { path: '/account/privacy', name: 'Data' },
] as const;

export type AccountPath = (typeof PAGES)[number]['path'];

const SHAPE =
  'inline-flex min-h-11 items-center whitespace-nowrap max-lg:focus-visible:-outline-offset-2 lg:min-h-9 lg:w-full';

export function AccountNav({ current }: { current: AccountPath }) {
  return (
    <nav aria-label="Account" className="min-w-0">
      {/* One row in any font: it never pushes the page down. Where it is too wide it is scrolled. */}
      <ul className="flex gap-x-4.5 overflow-x-auto text-small [scrollbar-width:none] shadow-[inset_0_-1px] shadow-line lg:sticky lg:top-8 lg:grid lg:overflow-visible lg:border-l lg:border-line lg:shadow-none">
        {PAGES.map(({ path, name }) => (
          <li key={path} className="lg:-ml-px">
            {path === current ? (
              <a
                href={path}
                aria-current="page"
                className={`${SHAPE} border-b-2 border-accent font-[560] lg:border-b-0 lg:border-l-2 lg:pl-3.5`}
              >
                {name}
              </a>
            ) : (
              <a href={path} className={`${SHAPE} text-muted hover:text-ink lg:pl-4`}>
                {name}
              </a>
            )}
          </li>
        ))}
      </ul>
    </nav>
  );
}
