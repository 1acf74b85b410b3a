// What holds for everything that is sold here, with the pages that say it in full.

export function Promises({ taxIncluded }: { taxIncluded: boolean }) {
  return (
    <ul className="my-8 grid gap-1 border-y border-line py-4 text-small text-muted">
      <li>
        {taxIncluded ? 'Price includes VAT' : 'Price without tax'}, plus{' '}
        <a href="/shipping" className="quiet-link inline-block min-h-6 text-ink">
          shipping
        </a>
      </li>
      <li>
        Send it back within 14 days:{' '}
        <a href="/returns" className="quiet-link inline-block min-h-6 text-ink">
          how returns work
        </a>
      </li>
    </ul>
  );
}
