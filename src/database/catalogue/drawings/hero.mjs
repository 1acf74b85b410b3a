// The wide scene of the home page: a desk with products on its right, calm space for a headline on its left.

import { at, blur, castShadow, darken, ellipse, g, ink, lighten, linear, path, radial, rect, roundRect, stroke, volume } from './core.mjs';
import { bottleOnly } from './bottles.mjs';
import { grain } from './desk.mjs';
import { buildLightOnly, duckOnly } from './home.mjs';
import { boardOnly } from './keyboard.mjs';
import { mugOnly } from './mugs.mjs';
import { printArt } from './posters.mjs';
import { code, plant } from './stands.mjs';

export const HERO = { w: 1920, h: 1080 };
const DESK = 800;

const MOODS = {
  light: { wall: '#d9d3c8', desk: '#c8a478', beam: 0.5, veil: 0, glow: 0 },
  dark: { wall: '#2a2d38', desk: '#54402f', beam: 0, veil: 0.26, glow: 1 },
};

const room = (mood) => {
  const [d1, wall] = linear([
    [0, darken(mood.wall, 0.06)],
    [1, lighten(mood.wall, 0.12)],
  ]);
  const [d2, top] = linear([
    [0, darken(mood.desk, 0.14)],
    [0.2, mood.desk],
    [1, lighten(mood.desk, 0.16)],
  ]);
  const surface = `M0 ${DESK}H1920V1080H0Z`;
  const beam = mood.beam
    ? blur(
        path('M700 -100L1100 -100L1500 900L980 900Z', 'fill="#fff6e2"') + path('M1180 -100L1420 -100L1880 900L1560 900Z', 'fill="#fff6e2"'),
        50,
        `opacity="${mood.beam}"`,
      )
    : '';
  return (
    d1 +
    d2 +
    rect(0, 0, 1920, 1080, 0, `fill="${wall}"`) +
    beam +
    blur(rect(-40, DESK - 60, 2000, 60, 0, 'fill="#1a141a"'), 30, 'opacity="0.3"') +
    path(surface, `fill="${top}"`) +
    g(grain(surface, mood.desk, [0, DESK, 1920, 280], 9), 'opacity="0.45"') +
    stroke(`M0 ${DESK + 2}H1920`, lighten(mood.desk, 0.5), 4, 'opacity="0.6"')
  );
};

const screen = (mood) => {
  const [def, glass] = linear(
    [
      [0, '#2c3046'],
      [1, '#181a26'],
    ],
    [0, 0, 1, 1],
  );
  const halo = mood.glow ? blur(ellipse(1290, 470, 520, 360, 'fill="#5f6f9e"'), 120, 'opacity="0.42"') : '';
  const panel = roundRect(960, 250, 660, 400, 16);
  return (
    halo +
    castShadow(panel, { dx: 30, dy: 30, soft: 34, opacity: 0.4 }) +
    path('M1250 640H1330L1340 800H1240Z', `fill="${darken(ink('Fog'), 0.35)}"`) +
    blur(ellipse(1300, 830, 190, 20, 'fill="#15101a"'), 12, 'opacity="0.55"') +
    volume('M1150 806C1150 790 1430 790 1430 806L1440 826H1140Z', ink('Fog'), { depth: 10, soft: 6 }) +
    volume(panel, '#3a3b43', { depth: 8, soft: 5 }) +
    def +
    rect(974, 264, 632, 372, 8, `fill="${glass}"`) +
    rect(974, 264, 130, 372, 8, 'fill="#10111a" opacity="0.5"') +
    code(992, 296, 90, 10, 32, 9) +
    code(1130, 296, 430, 10, 33, 4) +
    path('M974 264H1340L1180 636H974Z', 'fill="#fff" opacity="0.04"')
  );
};

const frame = (mood) =>
  at(
    1690,
    120,
    castShadow(roundRect(0, 0, 200, 262, 3), { dx: 16, dy: 22, soft: 16, opacity: 0.45 }) +
      rect(0, 0, 200, 262, 3, `fill="${mood.glow ? '#1d1c22' : ink('Oak')}"`) +
      rect(10, 10, 180, 242, 1, 'fill="#f2ede2"') +
      g(printArt('branches'), 'transform="translate(28 30) scale(0.18)"'),
  );

/** The keyboard lies on the desk: a strong foreshortening stands in for perspective. */
const board = () =>
  g(boardOnly({ colour: 'Bone', mods: 'Fog', accent: 'Clay' }), 'transform="translate(1050 868) skewX(-14) scale(0.36 0.235)"');

const items = () =>
  g(bottleOnly({ colour: 'Moss' }), 'transform="translate(690 394) scale(0.32)"') +
  g(plant('Clay'), 'transform="translate(1755 838) scale(0.72)"') +
  g(buildLightOnly({ colour: 'Ink' }), 'transform="translate(1500 540) scale(0.21)"') +
  g(mugOnly({ colour: 'Clay', print: 'empty', fill: true }), 'transform="translate(1660 676) scale(0.22)"') +
  g(duckOnly({ colour: 'Ochre' }), 'transform="translate(800 786) scale(0.15)"');

export const hero = ({ mood: name }) => {
  const mood = MOODS[name];
  const [def, lamp] = radial(
    [
      [0, '#ffdca0', 0.2],
      [0.5, '#ffb768', 0.06],
      [1, '#ffb768', 0],
    ],
    [1560, 900, 620],
    'userSpaceOnUse',
  );
  const veil = mood.veil
    ? rect(0, 0, 1920, 1080, 0, `fill="#0d0f1a" opacity="${mood.veil}"`) +
      def +
      rect(0, 0, 1920, 1080, 0, `fill="${lamp}"`) +
      blur(ellipse(1634, 778, 90, 90, 'fill="#7fe0a0"'), 50, 'opacity="0.35"')
    : '';
  const [def2, calm] = linear(
    [
      [0, mood.wall, 0.5],
      [1, mood.wall, 0],
    ],
    [0, 0, 900, 0],
    'userSpaceOnUse',
  );
  return room(mood) + frame(mood) + screen(mood) + items() + board() + veil + def2 + rect(0, 0, 1920, DESK, 0, `fill="${calm}"`);
};
