// Things that lift a screen: the bent aluminium stand and the wooden riser; and what stands on them.

import {
  at,
  blur,
  castShadow,
  clip,
  darken,
  g,
  ink,
  lighten,
  linear,
  n,
  path,
  rect,
  roundRect,
  stroke,
  times,
  volume,
  wobble,
} from './core.mjs';
import { grain } from './desk.mjs';
import { mugOnly } from './mugs.mjs';
import { TONES, cove, footShadow } from './stage.mjs';
import { turned } from './turned.mjs';

/** Lines of made-up code, as bars; nothing to read, only a rhythm. */
export const code = (x, y, w, rows, step = 34, seed = 4) => {
  const next = wobble(seed);
  const tones = ['#d8a657', '#8fb39a', '#c9bfae', '#c47f66', '#8f9bb8', '#c9bfae'];
  let indent = 0;
  return times(rows, (i) => {
    indent = Math.max(0, Math.min(4, indent + Math.floor(next() * 3) - 1));
    let left = x + indent * 34;
    return times(2 + Math.floor(next() * 3), () => {
      const length = Math.min(30 + next() * 130, x + w - left);
      const bar =
        length > 20
          ? rect(left, y + i * step, length, step * 0.34, step * 0.17, `fill="${tones[Math.floor(next() * tones.length)]}" opacity="0.85"`)
          : '';
      left += length + 18;
      return bar;
    });
  });
};

/** An open laptop seen from the front, its hinge line at y 0, 1000 wide. */
export const laptop = (shell = '#9a9da3') => {
  const lid = roundRect(-450, -610, 900, 610, 26);
  const [def, screen] = linear(
    [
      [0, '#2c3044'],
      [1, '#191b28'],
    ],
    [0, 0, 1, 1],
  );
  const deck = 'M-452 0H452L512 84C514 92 508 98 498 98H-498C-508 98 -514 92 -512 84Z';
  return (
    volume(lid, darken(shell, 0.2), { depth: 8, soft: 6 }) +
    def +
    rect(-430, -590, 860, 560, 12, `fill="${screen}"`) +
    clip(
      roundRect(-430, -590, 860, 560, 12),
      rect(-430, -590, 190, 560, 0, 'fill="#12131d" opacity="0.5"') +
        code(-400, -540, 130, 12, 40, 9) +
        code(-200, -540, 560, 14, 36, 4) +
        path('M-430 -590H120L-240 -30H-430Z', 'fill="#fff" opacity="0.05"'),
    ) +
    volume(deck, shell, { depth: 14, soft: 10 }) +
    path('M-400 14H400L430 58H-430Z', `fill="${darken(shell, 0.62)}"`) +
    times(3, (r) => times(13, (i) => rect(-396 - r * 9 + i * (61 + r * 1.4), 16 + r * 14, 56, 11, 3, 'fill="#24242c"'))) +
    path('M-90 64H90L100 92H-100Z', `fill="${darken(shell, 0.12)}"`) +
    path('M-512 86H512V102C512 110 500 114 486 114H-486C-500 114 -512 110 -512 102Z', `fill="${darken(shell, 0.3)}"`)
  );
};

/** Options: colour. */
export const laptopStand = (options) => {
  const metal = options.colour === 'Fog' ? '#b7babd' : ink(options.colour);
  const [d1, plate] = linear(
    [
      [0, darken(metal, 0.35)],
      [0.3, lighten(metal, 0.22)],
      [0.6, metal],
      [1, darken(metal, 0.4)],
    ],
    [0, 0, 1, 0.5],
  );
  const [d2, base] = linear(
    [
      [0, lighten(metal, 0.35)],
      [1, darken(metal, 0.2)],
    ],
    [0, 0, 1, 1],
  );
  const neck = 'M280 990H1000L950 1330H330Z';
  const foot = 'M330 1322H950L1040 1410C1044 1420 1036 1426 1026 1426H254C244 1426 236 1420 240 1410Z';
  const hole = 'M520 1080H760L748 1230C746 1250 736 1260 716 1260H564C544 1260 534 1250 532 1230Z';
  return (
    cove(TONES.desk, 1200) +
    g(
      blur(path('M230 1420H1080L1300 1470L420 1490Z', 'fill="#17121c"'), 26, 'opacity="0.5"') +
        d1 +
        d2 +
        path(foot, `fill="${base}"`) +
        path('M240 1410H1040V1424C1040 1434 1030 1438 1020 1438H260C250 1438 240 1434 240 1424Z', `fill="${darken(metal, 0.4)}"`) +
        path(neck, `fill="${plate}"`) +
        blur(stroke('M330 1326H950', darken(metal, 0.7), 16), 8, 'opacity="0.6"') +
        path(hole, `fill="${darken(TONES.desk, 0.42)}"`) +
        stroke(hole, lighten(metal, 0.5), 4, 'opacity="0.6"') +
        clip(neck, blur(rect(240, 970, 800, 90, 0, 'fill="#0e0b14"'), 26, 'opacity="0.7"')) +
        path('M190 960H1090L1110 1004C1112 1014 1104 1020 1094 1020H186C176 1020 168 1014 170 1004Z', `fill="${lighten(metal, 0.12)}"`) +
        rect(230, 968, 820, 14, 6, `fill="${ink('Cork')}"`) +
        rect(170, 1006, 940, 15, 7, `fill="${darken(metal, 0.35)}"`) +
        at(640, 852, laptop(options.colour === 'Fog' ? '#8f9298' : '#b4b6ba')),
      'transform="translate(640 800) scale(1.1) translate(-640 -850)"',
    )
  );
};

/** A small plant in a pot, standing on y 0. */
export const plant = (pot = 'Clay') => {
  const next = wobble(12);
  const leaf = (a, r, tone) =>
    `<g transform="rotate(${n(a)})">${volume(`M0 0C${-r * 0.28} ${-r * 0.4} ${-r * 0.2} ${-r * 0.85} 0 ${-r}C${r * 0.2} ${-r * 0.85} ${r * 0.28} ${-r * 0.4} 0 0Z`, tone, { depth: r * 0.12, soft: r * 0.07 })}${stroke(`M0 0V${n(-r * 0.9)}`, lighten(tone, 0.4), 2.6, 'opacity="0.5"')}</g>`;
  const leaves = times(15, (i) =>
    at((i % 5) * 16 - 32, -170 - (i % 3) * 16, leaf(-78 + ((i * 67) % 157), 170 + next() * 130, ['#5f7a5c', '#4c674f', '#7b946c'][i % 3])),
  );
  return (
    footShadow(0, 0, 120, 1) +
    leaves +
    turned('M-120 -190H120L96 -14C94 0 80 6 60 8C20 14 -20 14 -60 8C-80 6 -94 0 -96 -14Z', ink(pot), {
      x: -120,
      w: 240,
      top: -200,
      bottom: 10,
      gloss: 0.25,
    }) +
    turned('M-130 -224H130V-170C90 -156 -90 -156 -130 -170Z', ink(pot), { x: -130, w: 260, top: -230, bottom: -150, gloss: 0.3 })
  );
};

const dovetails = (x, y, h, wood) =>
  times(3, (i) =>
    path(
      `M${x} ${n(y + 14 + i * (h / 3))}l46 -8v${n(h / 3 - 12)}l-46 -8z`,
      `fill="${darken(wood, 0.22)}" stroke="${darken(wood, 0.5)}" stroke-width="2"`,
    ),
  );

/** The riser with a mug and a plant on it and a keyboard underneath. Options: colour (the wood). */
export const riser = (options) => {
  const wood = ink(options.colour);
  const top = 'M-200 860L1060 860L1160 960H-200Z';
  const front = 'M-200 960H1160V1030H-200Z';
  const leg = 'M1090 1030H1160V1330H1090Z';
  const [def, under] = linear([
    [0, '#120d10', 0.75],
    [1, '#120d10', 0.1],
  ]);
  const keys = times(2, (r) =>
    times(15, (i) =>
      rect(-60 + i * 70, 1236 + r * 26, 62, 22, 6, `fill="${i === 14 ? ink('Clay') : ink('Bone')}" stroke="#8d8474" stroke-width="1.5"`),
    ),
  );
  return (
    cove(TONES.desk, 1240) +
    blur(path('M-200 1330H1170L1500 1400H-200Z', 'fill="#17121c"'), 24, 'opacity="0.5"') +
    def +
    rect(-200, 1030, 1290, 300, 0, `fill="${under}"`) +
    castShadow(roundRect(-110, 1224, 1130, 96, 18), { dx: 20, dy: 16, soft: 12 }) +
    volume(roundRect(-110, 1224, 1130, 96, 18), ink('Fog'), { depth: 14, soft: 8 }) +
    keys +
    rect(-200, 1030, 1290, 110, 0, 'fill="#0f0b0e" opacity="0.3"') +
    volume(leg, wood, { depth: 20, soft: 14 }) +
    volume(top, lighten(wood, 0.1), { depth: 16, soft: 14 }) +
    grain(top, wood, [-200, 850, 1360, 110], 3) +
    volume(front, wood, { depth: 20, soft: 12 }) +
    grain(front, wood, [-200, 960, 1360, 70], 6) +
    stroke('M-200 961H1158', lighten(wood, 0.6), 4, 'opacity="0.6"') +
    dovetails(1112, 960, 70, wood) +
    g(mugOnly({ colour: 'Ink', print: 'empty' }), 'transform="translate(130 330) scale(0.46)"') +
    g(plant('Clay'), 'transform="translate(850 912) scale(1.25)"')
  );
};
