// What a visitor reads at an address that leads nowhere.
import { Notice } from '@/components/ui/notice';

export function NotFoundMessage() {
  return (
    <div className="page">
      <Notice code="404 – not on any branch" title="This page is not here">
        <p>It may have been renamed or sold out for good, or the link has a typo.</p>
        <p className="mt-8 flex flex-wrap gap-3">
          <a href="/products" className="button">
            Browse everything
          </a>
          <a href="/" className="button button-plain">
            Go to the home page
          </a>
        </p>
      </Notice>
    </div>
  );
}
