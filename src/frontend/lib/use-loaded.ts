// Something that is read for a key, and read again when the key changes; what is known stays while that happens.
import { useCallback, useEffect, useState } from 'react';

export interface Loaded<T> {
  data: T | null;
  error: unknown;
  isLoading: boolean;
  retry: () => void;
  set: (data: T | null) => void;
}

/** Nothing is read for the key `null`. */
export function useLoaded<T>(key: string | null, load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ key: string | null; data: T | null; error: unknown }>({
    key: null,
    data: null,
    error: null,
  });
  const [attempt, setAttempt] = useState(0);
  const wanted = key === null ? null : `${key} ${attempt}`;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for everything that `load` depends on.
  useEffect(() => {
    if (wanted === null) return setState({ key: null, data: null, error: null });
    const request = new AbortController();
    load(request.signal)
      .then((data) => request.signal.aborted || setState({ key: wanted, data, error: null }))
      .catch((error) => request.signal.aborted || setState(({ data }) => ({ key: wanted, data, error })));
    return () => request.abort();
  }, [wanted]);

  const retry = useCallback(() => setAttempt((before) => before + 1), []);
  const set = useCallback((data: T | null) => setState((before) => ({ ...before, data, error: null })), []);
  return { data: state.data, error: state.error, isLoading: state.key !== wanted, retry, set };
}
