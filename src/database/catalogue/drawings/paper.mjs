// Notebooks, pads, ledgers and cards.

import {
  at,
  blur,
  castShadow,
  clip,
  darken,
  ellipse,
  g,
  ink,
  lighten,
  linear,
  luminance,
  n,
  path,
  printOn,
  rect,
  roundRect,
  stroke,
  times,
  volume,
} from './core.mjs';
import { canvasWeave, stitches } from './cloth.mjs';
import { motif } from './motifs.mjs';
import { TONES, flat } from './stage.mjs';

const PAPER = ink('Paper');

/** The page block below and right of a cover: a thin bright edge with the lines of many sheets. */
const block = (x, y, w, h, thick) =>
  times(thick, (i) => rect(x + i * 1.5, y + i * 2, w, h, 16, `fill="${i % 3 ? PAPER : darken(PAPER, 0.22)}"`));

const ruledPage = (x, y, w, h, kind) => {
  if (kind === 'dots')
    return times(Math.floor(h / 34), (r) =>
      stroke(`M${x} ${n(y + r * 34)}H${x + w}`, '#8f8a86', 4, 'stroke-dasharray="0.1 34" opacity="0.7"'),
    );
  const rows = times(Math.floor(h / 44), (r) => stroke(`M${x} ${n(y + r * 44)}H${x + w}`, '#9a9fb0', 2, 'opacity="0.6"'));
  return kind === 'grid'
    ? rows + times(Math.floor(w / 44), (c) => stroke(`M${n(x + 22 + c * 44)} ${y - 30}V${y + h}`, '#9a9fb0', 1.6, 'opacity="0.45"'))
    : rows;
};

/** A closed hardcover at an angle. Options: colour, mark, band, soft (stitched spine instead of a band). */
export const notebook = (options) => {
  const colour = ink(options.colour);
  const cover = roundRect(230, 190, 800, 1180, options.soft ? 46 : 24);
  const thick = options.soft ? 6 : 13;
  const outline = roundRect(230, 190, 830, 1216, 30);
  const groove = options.soft
    ? ''
    : blur(stroke('M286 190V1370', darken(colour, 0.8), 16), 7, 'opacity="0.5"') +
      blur(stroke('M304 190V1370', lighten(colour, 0.7), 6), 3, 'opacity="0.3"');
  const band = `M900 186V1376`;
  const closing = options.soft
    ? stitches('M252 220V1340', colour, { dash: '22 14', width: 6, tone: ink('Red') })
    : blur(stroke(band, '#100c16', 30, 'transform="translate(10 6)"'), 7, 'opacity="0.5"') +
      stroke(band, darken(ink(options.band ?? 'Clay'), 0.3), 28, 'stroke-linecap="butt"') +
      stroke(band, ink(options.band ?? 'Clay'), 22, 'stroke-linecap="butt"') +
      stroke(band, '#fff', 2, 'opacity="0.2" stroke-dasharray="4 4"');
  const tone = printOn(colour);
  const mark = motif(options.mark, 600, 560, 96, tone) + stroke('M470 760H730M520 800H680', tone, 7, 'opacity="0.8"');
  const ribbon = options.soft
    ? ''
    : at(520, 1368, path('M0 0H34V160L17 136L0 160Z', `fill="${ink('Ochre')}"`) + path('M0 0H34V50H0Z', 'fill="#1a1420" opacity="0.35"'));
  const pencil = at(
    1130,
    260,
    castShadow(roundRect(0, 0, 30, 900, 6), { dx: 18, dy: 20, soft: 12 }) +
      rect(0, 60, 30, 780, 0, `fill="${ink('Ochre')}"`) +
      rect(10, 60, 9, 780, 0, 'fill="#fff3d0" opacity="0.5"') +
      rect(21, 60, 9, 780, 0, 'fill="#3a2410" opacity="0.3"') +
      path('M0 840H30L15 920Z', 'fill="#dcb98a"') +
      path('M10 894H20L15 920Z', 'fill="#2a2730"') +
      rect(0, 20, 30, 44, 3, `fill="${ink('Steel')}"`) +
      rect(0, -14, 30, 38, 8, `fill="${ink('Clay')}"`),
    'rotate(14)',
  );
  return (
    flat(TONES.notebooks) +
    g(
      castShadow(outline, { dx: 36, dy: 46, soft: 34, opacity: 0.55 }) +
        ribbon +
        block(236, 196, 800, 1180, thick) +
        volume(cover, colour, { depth: 20, soft: 14 }) +
        (options.soft ? '' : canvasWeave(cover, colour, 0.8, 0.05)) +
        groove +
        mark +
        closing,
      'transform="rotate(-9 640 800) translate(-10 20) translate(640 800) scale(1.03) translate(-640 -790)"',
    ) +
    (options.soft ? '' : pencil)
  );
};

const pageCurve = (side) =>
  side < 0
    ? 'M640 320C500 270 260 290 60 330V1270C260 1230 500 1214 640 1260Z'
    : 'M640 320C780 270 1020 290 1220 330V1270C1020 1230 780 1214 640 1260Z';

/** What somebody has noted on the left page: a graph in a dotted book, a list of steps in a ruled one. */
const handwriting = (kind) => {
  const pen = '#2f3a5c';
  return kind === 'dots'
    ? g(
        motif('merge', 330, 640, 130, pen) + stroke('M230 860H430M230 904H390M230 948H450M230 992H340', pen, 8, 'opacity="0.85"'),
        'opacity="0.85"',
      )
    : g(
        times(
          5,
          (i) =>
            stroke(`M150 ${430 + i * 132}m56 0h${[280, 220, 300, 180, 260][i]}`, pen, 8) +
            motif(i < 3 ? 'tick' : 'play', 166, 428 + i * 132, i < 3 ? 26 : 18, ink('Clay')),
        ),
        'opacity="0.8"',
      );
};

/** Lying open, both pages in view. Options: colour (of the cover), kind of ruling. */
export const openBook = (options) => {
  const cover = ink(options.colour);
  const shell = roundRect(20, 300, 1240, 1010, 24);
  const [dl, left] = linear(
    [
      [0, '#fffdf6'],
      [0.72, PAPER],
      [1, darken(PAPER, 0.34)],
    ],
    [0, 0, 1, 0],
  );
  const [dr, right] = linear(
    [
      [0, darken(PAPER, 0.3)],
      [0.14, PAPER],
      [0.5, '#fffdf6'],
      [1, darken(PAPER, 0.12)],
    ],
    [0, 0, 1, 0],
  );
  const edges = times(6, (i) =>
    g(
      path(pageCurve(-1), `fill="${i % 2 ? PAPER : darken(PAPER, 0.2)}"`) +
        path(pageCurve(1), `fill="${i % 2 ? PAPER : darken(PAPER, 0.25)}"`),
      `transform="translate(0 ${n(22 - i * 4)})"`,
    ),
  );
  const lines =
    clip(pageCurve(-1), g(ruledPage(130, 400, 440, 800, options.kind), 'transform="skewY(-1)"')) +
    clip(pageCurve(1), g(ruledPage(710, 380, 440, 800, options.kind), 'transform="skewY(1)"'));
  const notes = handwriting(options.kind);
  const ribbon =
    blur(stroke('M664 310C700 700 730 1000 716 1330', '#15101a', 26, 'transform="translate(8 8)"'), 6, 'opacity="0.4"') +
    stroke('M664 306C700 700 730 1000 716 1340', darken(ink('Clay'), 0.1), 26, 'stroke-linecap="butt"') +
    stroke('M658 306C694 700 724 1000 710 1340', lighten(ink('Clay'), 0.25), 5, 'opacity="0.6"');
  return (
    flat(TONES.notebooks) +
    g(
      castShadow(shell, { dx: 36, dy: 46, soft: 34, opacity: 0.55 }) +
        volume(shell, cover, { depth: 14, soft: 9 }) +
        edges +
        dl +
        dr +
        path(pageCurve(-1), `fill="${left}"`) +
        path(pageCurve(1), `fill="${right}"`) +
        lines +
        notes +
        blur(stroke('M640 320V1262', '#221a22', 30), 16, 'opacity="0.45"') +
        ribbon,
      'transform="rotate(-14 640 800) translate(640 800) scale(1.18) translate(-640 -800)"',
    )
  );
};

/** A wire-bound pad, closed or in use. Options: cover (colour name) or none for the open page. */
export const pad = (options) => {
  const sheet = roundRect(200, 300, 880, 1120, 18);
  const face = options.cover ? ink(options.cover) : '#f7f2e6';
  const wire = times(25, (i) => {
    const x = 236 + i * 34;
    return (
      `<circle cx="${x}" cy="346" r="9" fill="#28222a" opacity="0.75"/>` +
      stroke(`M${x} 346C${x - 4} 300 ${x + 2} 262 ${x + 9} 262C${x + 18} 262 ${x + 16} 310 ${x + 8} 344`, '#5d5f68', 8) +
      stroke(`M${x - 1} 336C${x - 4} 300 ${x + 2} 264 ${x + 8} 263`, '#d5d8dd', 3)
    );
  });
  const sketch =
    ruledPage(200, 420, 880, 1000, 'grid') +
    g(
      stroke('M330 620H520M520 620L620 540M520 620L620 720', '#3a4568', 8) +
        [
          [330, 620],
          [520, 620],
          [640, 530],
          [640, 730],
          [860, 620],
        ]
          .map(([x, y]) => `<circle cx="${x}" cy="${y}" r="44" fill="#f7f2e6" stroke="#3a4568" stroke-width="8"/>`)
          .join('') +
        stroke('M680 550L824 606M680 716L824 640', '#3a4568', 8) +
        stroke('M300 900H640M300 946H720M300 992H560', '#3a4568', 8) +
        stroke('M800 560C880 520 950 580 930 650C910 710 820 710 800 650', ink('Clay'), 8),
      'opacity="0.85"',
    );
  const pencil = at(
    980,
    760,
    castShadow(roundRect(0, 0, 34, 820, 6), { dx: 18, dy: 22, soft: 12 }) +
      rect(0, 60, 34, 680, 0, `fill="${ink('Moss')}"`) +
      rect(9, 60, 9, 680, 0, 'fill="#fff" opacity="0.35"') +
      rect(24, 60, 10, 680, 0, 'fill="#0f1a10" opacity="0.3"') +
      path('M0 740H34L17 830Z', 'fill="#dcb98a"') +
      path('M11 800H23L17 830Z', 'fill="#2a2730"') +
      rect(0, 0, 34, 64, 6, `fill="${ink('Steel')}"`),
    'rotate(34)',
  );
  return (
    flat(TONES.notebooks) +
    g(
      castShadow(sheet, { dx: 34, dy: 44, soft: 32, opacity: 0.55 }) +
        block(202, 302, 880, 1120, 10) +
        volume(sheet, face, { depth: 14, soft: 12, shade: 0.25 }) +
        clip(
          sheet,
          options.cover ? motif('cursor', 640, 820, 190, printOn(face)) + stroke('M560 1120H720M590 1166H690', printOn(face), 8) : sketch,
        ) +
        wire,
      'transform="rotate(7 640 800) translate(640 800) scale(1.04) translate(-640 -850)"',
    ) +
    (options.cover ? '' : pencil)
  );
};

/** The large ledger with spine and corners in darker cloth. Options: colour. */
export const ledger = (options) => {
  const colour = ink(options.colour);
  const dark = darken(colour, 0.5);
  const cover = roundRect(150, 130, 960, 1330, 16);
  const corner = 'M1110 130V330L910 130Z M1110 1460V1260L910 1460Z';
  return (
    flat(TONES.notebooks) +
    g(
      castShadow(roundRect(150, 130, 1000, 1380, 16), { dx: 34, dy: 44, soft: 34, opacity: 0.55 }) +
        block(160, 142, 960, 1330, 18) +
        volume(cover, colour, { depth: 20, soft: 14 }) +
        canvasWeave(cover, colour, 0.9, 0.06) +
        clip(
          cover,
          rect(150, 130, 190, 1330, 0, `fill="${dark}"`) +
            path(corner, `fill="${dark}"`) +
            blur(stroke('M345 130V1460', '#0c0a0e', 9), 4, 'opacity="0.5"') +
            blur(stroke('M210 130V1460', lighten(dark, 0.5), 22), 14, 'opacity="0.4"') +
            blur(stroke('M300 130V1460', '#0c0a0e', 18), 8, 'opacity="0.6"'),
        ) +
        castShadow(roundRect(500, 380, 440, 280, 10), { dx: 3, dy: 4, soft: 4 }) +
        volume(roundRect(500, 380, 440, 280, 10), PAPER, { depth: 8, soft: 8, shade: 0.2 }) +
        stroke(roundRect(518, 398, 404, 244, 6), ink('Clay'), 3) +
        stroke('M560 500H880M560 560H880', '#8d8782', 2.5) +
        motif('brackets', 720, 447, 22, ink('Clay')) +
        stroke('M246 150V1440', ink('Brass'), 3, 'opacity="0.5"'),
      'transform="rotate(-6 640 800) translate(640 800) scale(1.0) translate(-640 -800)"',
    )
  );
};

/** Cards fanned out of a slipcase. */
export const cards = () => {
  const names = ['Bone', 'Fog', 'Clay'];
  const card = (i) => {
    const colour = ink(names[i % 3]);
    const d = roundRect(-250, -820, 500, 760, 34);
    const tone = luminance(colour) > 0.55 ? '#3a3d4c' : '#efe5d2';
    return g(
      castShadow(d, { dx: 10, dy: 16, soft: 12, opacity: 0.45 }) +
        volume(d, colour, { depth: 12, soft: 10, shade: 0.25 }) +
        motif(['rollback', 'play', 'hash'][2 - (i % 3)], -150, -720, 44, tone) +
        times(5, (k) => stroke(`M-190 ${-590 + k * 60}H190`, tone, 3, 'opacity="0.4"')),
      `transform="rotate(${n(-30 + i * 12)})"`,
    );
  };
  const box = roundRect(-300, -330, 600, 560, 16);
  return (
    flat(TONES.notebooks) +
    g(
      times(6, card) +
        castShadow(box, { dx: 26, dy: 40, soft: 26, opacity: 0.6 }) +
        volume(box, '#8f8d8a', { depth: 20, soft: 14 }) +
        ellipse(0, -330, 76, 62, `fill="${ink('Clay')}"`) +
        blur(stroke('M-290 -326H290', '#fff', 4), 2, 'opacity="0.35"') +
        motif('brackets', 0, -60, 76, '#3c3b40'),
      'transform="translate(640 1130) rotate(-2) scale(1.0)"',
    )
  );
};
