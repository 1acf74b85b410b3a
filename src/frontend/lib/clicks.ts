// Clicks on links that a script answers.
import type { MouseEvent } from 'react';

/** Leaves a click alone that means "in a new tab". */
export const isPlainClick = ({ metaKey, ctrlKey, shiftKey, altKey, button }: MouseEvent): boolean =>
  button === 0 && !metaKey && !ctrlKey && !shiftKey && !altKey;
