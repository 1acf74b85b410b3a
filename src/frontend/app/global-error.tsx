'use client';
// The last resort: the frame itself failed, so this document stands alone.
import { fontVariables } from '@/app/fonts';
import '@/app/globals.css';
import { ErrorMessage } from '@/components/ui/error-message';

export default function GlobalError() {
  return (
    <html lang="en" className={fontVariables}>
      <head>
        <title>That did not work</title>
      </head>
      <body>
        <main>
          <ErrorMessage retry={() => window.location.reload()} />
        </main>
      </body>
    </html>
  );
}
