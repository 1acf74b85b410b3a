// Asks for suggestions while somebody types: not at every key, never an old answer over a new one, quiet when it fails.
import { useEffect, useState } from 'react';
import { type Suggestions, suggest } from '@/lib/api/suggestions';

const PAUSE_MS = 150;
const EMPTY: Suggestions = { products: [], categories: [], correction: null };

export function useSuggestions(typed: string): Suggestions {
  const [found, setFound] = useState(EMPTY);
  const q = typed.trim();

  useEffect(() => {
    if (q.length < 2) {
      setFound(EMPTY);
      return;
    }
    const request = new AbortController();
    const timer = setTimeout(() => {
      suggest(q, request.signal)
        .then(setFound)
        // Suggestions are a convenience: without them the form still searches.
        .catch(() => request.signal.aborted || setFound(EMPTY));
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      request.abort();
    };
  }, [q]);

  return found;
}
