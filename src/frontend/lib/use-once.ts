// Something that must not run twice at a time, such as paying: a second click arrives before anything is drawn.
import { useEffect, useRef, useState } from 'react';

interface Once {
  isBusy: boolean;
  /** Runs the task unless one runs already; stays busy when it answers that it leads away from the page. */
  once: (task: () => Promise<boolean>) => Promise<void>;
}

export function useOnce(onError: (error: unknown) => Promise<void> | void): Once {
  const [isBusy, setIsBusy] = useState(false);
  const isUnderWay = useRef(false);

  const mark = (busy: boolean) => {
    isUnderWay.current = busy;
    setIsBusy(busy);
  };

  useEffect(() => {
    // Back on a page as it was left: it waits for nothing any more.
    const wake = ({ persisted }: PageTransitionEvent) => {
      if (!persisted) return;
      isUnderWay.current = false;
      setIsBusy(false);
    };
    window.addEventListener('pageshow', wake);
    return () => window.removeEventListener('pageshow', wake);
  }, []);

  const once = async (task: () => Promise<boolean>) => {
    if (isUnderWay.current) return;
    mark(true);
    try {
      mark(await task());
    } catch (error) {
      await onError(error);
      mark(false);
    }
  };

  return { isBusy, once };
}
