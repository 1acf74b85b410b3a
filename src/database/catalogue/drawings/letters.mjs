// A stroke alphabet for the few letters that appear in pictures, so that no font is needed.

import { n, stroke } from './core.mjs';

// Each letter is drawn in a box of 10 by 14 with its origin at the upper left.
const SHAPES = {
  A: 'M0 14L5 0L10 14M2 9H8',
  B: 'M0 0V14H6C11 14 11 7 6 7H0M0 0H5C10 0 10 7 5 7',
  C: 'M10 2C6 -2 0 0 0 7C0 14 6 16 10 12',
  D: 'M0 0V14H4C12 14 12 0 4 0Z',
  E: 'M9 0H0V14H9M0 7H7',
  F: 'M9 0H0V14M0 7H7',
  G: 'M10 2C6 -2 0 0 0 7C0 14 6 16 10 12V7H6',
  H: 'M0 0V14M10 0V14M0 7H10',
  I: 'M5 0V14',
  J: 'M8 0V10C8 15 1 15 1 11',
  K: 'M0 0V14M9 0L0 8M3 6L10 14',
  L: 'M0 0V14H9',
  M: 'M0 14V0L5 8L10 0V14',
  N: 'M0 14V0L10 14V0',
  O: 'M5 0C-2 0 -2 14 5 14C12 14 12 0 5 0Z',
  P: 'M0 14V0H6C11 0 11 8 6 8H0',
  Q: 'M5 0C-2 0 -2 14 5 14C12 14 12 0 5 0ZM6 10L10 15',
  R: 'M0 14V0H6C11 0 11 7 6 7H0M5 7L10 14',
  S: 'M9 2C6 -1 0 -1 0 3.5C0 8 10 6 10 10.500C10 15 3 15 0 12',
  T: 'M0 0H10M5 0V14',
  U: 'M0 0V9C0 16 10 16 10 9V0',
  V: 'M0 0L5 14L10 0',
  W: 'M0 0L2.500 14L5 5L7.500 14L10 0',
  X: 'M0 0L10 14M10 0L0 14',
  Y: 'M0 0L5 7L10 0M5 7V14',
  Z: 'M0 0H10L0 14H10',
  0: 'M5 0C-1 0 -1 14 5 14C11 14 11 0 5 0Z',
  1: 'M1 3L5 0V14',
  2: 'M0 3C1 -1 10 -1 9 5C8 8 2 11 0 14H10',
  3: 'M0 1C5 -1 10 0 9 4C8 7 4 7 4 7C11 7 11 14 5 14C2 14 0 13 0 12',
  4: 'M8 14V0L0 10H10',
  5: 'M9 0H1V6C6 4 10 6 10 10C10 15 3 15 0 12',
  6: 'M8 0C2 2 0 6 0 10C0 15 10 15 10 10C10 5 2 5 0 9',
  7: 'M0 0H10L4 14',
  8: 'M5 0C0 0 0 7 5 7C10 7 10 0 5 0ZM5 7C-1 7 -1 14 5 14C11 14 11 7 5 7Z',
  9: 'M2 14C8 12 10 8 10 4C10 -1 0 -1 0 4C0 9 8 9 10 5',
  '-': 'M1 7H9',
  '=': 'M1 5H9M1 9H9',
  '+': 'M5 2V12M0 7H10',
  '*': 'M5 2V12M1 4.500L9 9.500M9 4.500L1 9.500',
  '/': 'M8 0L2 14',
  '.': 'M4.500 13.500H5',
  ',': 'M5 12L3 16',
  ';': 'M5 5V5.200M5 12L3 16',
  "'": 'M5 0V4',
  '[': 'M7 0H3V14H7',
  ']': 'M3 0H7V14H3',
  '{': 'M7 0C3 0 5 7 2 7C5 7 3 14 7 14',
  '}': 'M3 0C7 0 5 7 8 7C5 7 7 14 3 14',
  '<': 'M8 1L1 7L8 13',
  '>': 'M2 1L9 7L2 13',
  '^': 'M0 10L5 3L10 10',
  v: 'M0 4L5 11L10 4',
  '!': 'M5 0V9M5 13.500V14',
  '|': 'M3 0V14M7 0V14',
  '&': 'M10 14L2 4C1 0 7 -1 7 3C7 7 0 7 0 11C0 15 7 15 9 8',
  '#': 'M3 0L2 14M8 0L7 14M0 4.500H10M0 9.500H10',
  ' ': '',
};

/** One letter centred at x, y; size is its height. */
export const glyph = (letter, x, y, size, colour, weight = size / 7) => {
  const scale = size / 14;
  return SHAPES[letter]
    ? stroke(
        SHAPES[letter],
        colour,
        weight / scale,
        `transform="translate(${n(x - 5 * scale)} ${n(y - size / 2)}) scale(${scale.toFixed(3)})"`,
      )
    : '';
};
