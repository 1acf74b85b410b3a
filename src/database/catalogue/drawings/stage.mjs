// The studio: the tinted backdrops on which every product lies or stands.

import { W, H, blur, darken, ellipse, g, lighten, linear, n, path, radial, rect } from './core.mjs';

// One muted tone per product family; mid-tones, so that they hold on a white page and on a black one.
export const TONES = {
  hoodies: '#c3b6a6',
  tees: '#b9bdb4',
  small: '#c2b3ac',
  keyboards: '#a9aeb5',
  desk: '#b7b0a4',
  mugs: '#c4ab98',
  bottles: '#adb7b5',
  bags: '#bdb29b',
  notebooks: '#b8b3bb',
  posters: '#c6bfb2',
  pins: '#b4b8bd',
  home: '#bfae9f',
};

const light = (x, y, r, tone, strength) => {
  const [def, paint] = radial(
    [
      [0, lighten(tone, 0.75), strength],
      [0.6, lighten(tone, 0.55), strength * 0.35],
      [1, tone, 0],
    ],
    [x, y, r],
    'userSpaceOnUse',
  );
  return def + rect(0, 0, W, H, 0, `fill="${paint}"`);
};

const corner = (tone, strength = 0.34) => {
  const [def, paint] = radial(
    [
      [0, darken(tone, 0.7), strength],
      [1, darken(tone, 0.7), 0],
    ],
    [W * 1.05, H * 1.04, 1250],
    'userSpaceOnUse',
  );
  return def + rect(0, 0, W, H, 0, `fill="${paint}"`);
};

/** A surface seen from straight above, lit from the upper left. */
export const flat = (tone) => {
  const [def, paint] = linear(
    [
      [0, lighten(tone, 0.16)],
      [1, darken(tone, 0.12)],
    ],
    [0, 0, 0.8, 1],
  );
  return def + rect(0, 0, W, H, 0, `fill="${paint}"`) + light(260, 220, 1150, tone, 0.55) + corner(tone);
};

/** A wall that bends into a floor without an edge; the horizon is only a change of tone. */
export const cove = (tone, horizon = 1120) => {
  const at = (y) => (y / H).toFixed(3);
  const [def, paint] = linear([
    [0, darken(tone, 0.06)],
    [at(horizon - 420), lighten(tone, 0.08)],
    [at(horizon - 60), darken(tone, 0.05)],
    [at(horizon + 60), lighten(tone, 0.06)],
    [1, lighten(tone, 0.26)],
  ]);
  return def + rect(0, 0, W, H, 0, `fill="${paint}"`) + light(300, 420, 1000, tone, 0.6) + corner(tone, 0.28);
};

/** A plastered wall, for things that hang. */
export const wall = (tone) => {
  const beam = blur(path('M-200 -100L560 -100L1180 1700L120 1700Z', `fill="${lighten(tone, 0.7)}"`), 70, 'opacity="0.4"');
  return flat(tone) + beam;
};

/** The shadow of something round standing on the floor of the cove. */
export const footShadow = (cx, y, rx, reach = 1) => {
  const tint = '#1d1723';
  const long = blur(
    path(
      `M${n(cx - rx * 0.85)} ${n(y)}Q${n(cx)} ${n(y - rx * 0.22)} ${n(cx + rx)} ${n(y - rx * 0.16)}L${n(cx + rx * 2.3 * reach)} ${n(y + rx * 0.26)}Q${n(cx + rx * 1.4)} ${n(y + rx * 0.5)} ${n(cx)} ${n(y + rx * 0.24)}Z`,
      `fill="${tint}"`,
    ),
    34,
    'opacity="0.34"',
  );
  const contact = blur(ellipse(cx + rx * 0.06, y - rx * 0.02, rx * 0.98, rx * 0.14, `fill="${tint}"`), 15, 'opacity="0.55"');
  return g(long + contact);
};
