'use client';
// What a visitor reads when a page could not be made.
import { Notice } from '@/components/ui/notice';

export function ErrorMessage({ retry }: { retry: () => void }) {
  return (
    <div className="page">
      <Notice code="500 – the build is red" title="That did not work">
        <p>The fault is ours, and nothing of yours is lost. Trying again often helps.</p>
        <p className="mt-8 flex flex-wrap gap-3">
          <button type="button" onClick={retry} className="button">
            Try again
          </button>
          <a href="/" className="button button-plain">
            Go to the home page
          </a>
        </p>
      </Notice>
    </div>
  );
}
