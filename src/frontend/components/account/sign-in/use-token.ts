'use client';
// The token of the mail's link that this page was opened with.
import { useEffect, useState } from 'react';
import { takeToken } from '@/lib/account/token';

export interface LinkToken {
  /** Whether the address has been looked at. */
  isRead: boolean;
  token: string | null;
}

export function useToken(): LinkToken {
  const [link, setLink] = useState<LinkToken>({ isRead: false, token: null });

  useEffect(() => {
    const take = () => {
      const found = takeToken();
      setLink((before) => ({ isRead: true, token: found ?? before.token }));
    };
    take();
    // Another mail's link, opened in a tab that shows this page already, changes nothing but what stands after `#`.
    window.addEventListener('hashchange', take);
    return () => window.removeEventListener('hashchange', take);
  }, []);

  return link;
}
