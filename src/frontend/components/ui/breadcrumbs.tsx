// Where a page stands, from the home page down; the last step is the page itself.

export interface Crumb {
  name: string;
  path: string;
}

export function Breadcrumbs({ trail }: { trail: Crumb[] }) {
  return (
    <nav aria-label="Breadcrumb">
      <ol className="detail flex flex-wrap items-center gap-x-2 gap-y-1 text-muted">
        {trail.map(({ name, path }, index) => {
          const isLast = index === trail.length - 1;
          return (
            <li key={path} className="flex items-center gap-x-2">
              {index > 0 ? <span aria-hidden="true">/</span> : null}
              {isLast ? (
                <span aria-current="page">{name}</span>
              ) : (
                <a href={path} className="inline-flex min-h-6 items-center hover:text-ink hover:underline">
                  {name}
                </a>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
