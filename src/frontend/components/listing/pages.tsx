// The way on through a long list: one link to the next page, one back to the first.
import { ArrowIcon } from '@/components/ui/icons';
import { type Listing, listingHref, withChange } from '@/lib/listing';

interface Props {
  listing: Listing;
  shown: number;
  total: number;
  next?: string | null;
}

export function Pages({ listing, shown, total, next }: Props) {
  if (!next && !listing.cursor) return null;
  return (
    <nav
      aria-label="Pages"
      className="mt-12 flex flex-wrap items-center gap-x-6 gap-y-4 border-t border-line pt-6"
    >
      <p className="detail mr-auto text-muted">
        {shown} of {total} on this page
      </p>
      {listing.cursor ? (
        <a
          href={listingHref(withChange(listing, {}))}
          className="quiet-link inline-flex min-h-11 items-center text-small"
        >
          First page
        </a>
      ) : null}
      {next ? (
        <a href={listingHref({ ...listing, cursor: next })} rel="next" className="button">
          Next page
          <ArrowIcon />
        </a>
      ) : null}
    </nav>
  );
}
