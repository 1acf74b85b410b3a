// The keyboard of an editable combobox with a listbox, as the ARIA Authoring Practices describe it.
import { type KeyboardEvent, useState } from 'react';

interface Combobox {
  isOpen: boolean;
  /** The highlighted option's index, or -1: focus itself stays in the input. */
  active: number;
  open: () => void;
  close: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

/** Moves through `count` options and back into the input at both ends. */
function step(active: number, by: 1 | -1, count: number): number {
  const next = active + by;
  if (next >= count) return -1;
  return next < -1 ? count - 1 : next;
}

export function useCombobox(count: number, choose: (index: number) => void): Combobox {
  const [wanted, setWanted] = useState(false);
  const [highlighted, setHighlighted] = useState(-1);
  const isOpen = wanted && count > 0;
  const active = isOpen && highlighted < count ? highlighted : -1;

  const open = () => {
    setWanted(true);
    setHighlighted(-1);
  };
  const close = () => setWanted(false);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || count === 0) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setWanted(true);
      setHighlighted(step(active, event.key === 'ArrowDown' ? 1 : -1, count));
    } else if (event.key === 'Enter' && active >= 0) {
      event.preventDefault();
      choose(active);
    } else if (event.key === 'Escape' && isOpen) {
      // The first Escape closes the list; the next one clears the field, as browsers do.
      event.preventDefault();
      close();
    }
  };

  return { isOpen, active, open, close, onKeyDown };
}
