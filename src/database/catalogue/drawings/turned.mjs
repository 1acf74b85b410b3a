// Things thrown or turned on a wheel: how light runs around a cylinder.

import { blur, clip, darken, ellipse, lighten, linear, n, path, stroke } from './core.mjs';

/** The tones across a round body from its lit left to its shaded right, with light reflected at the far edge. */
export const around = (colour, gloss = 0.5) =>
  linear(
    [
      [0, darken(colour, 0.3)],
      [0.07, darken(colour, 0.08)],
      [0.22, lighten(colour, 0.14 + gloss * 0.16)],
      [0.38, lighten(colour, 0.04)],
      [0.62, darken(colour, 0.14)],
      [0.86, darken(colour, 0.42)],
      [0.95, darken(colour, 0.38)],
      [1, darken(colour, 0.24)],
    ],
    [0, 0, 1, 0],
  );

/** A turned body: x and w give its extent for the highlights, gloss 0 is raw clay and 1 is glass. */
export const turned = (d, colour, { x, w, top, bottom, gloss = 0.5, inside = '' }) => {
  const [def, paint] = around(colour, gloss);
  const strip = (at, width, opacity, soft) =>
    blur(stroke(`M${n(x + w * at)} ${top + 50}V${bottom - 60}`, '#fffaf0', w * width), soft, `opacity="${n(opacity * gloss * 10) / 10}"`);
  const foot = blur(
    stroke(`M${x - 40} ${bottom + 6}Q${x + w / 2} ${bottom + 60} ${x + w + 40} ${bottom + 6}`, darken(colour, 0.8), 60),
    26,
    'opacity="0.4"',
  );
  return (
    def +
    path(d, `fill="${paint}"`) +
    clip(d, inside + strip(0.17, 0.05, 0.7, 16) + strip(0.14, 0.014, 0.8, 4) + strip(0.9, 0.02, 0.25, 8) + foot)
  );
};

/** The mouth of a vessel: rim, inner wall falling into shadow, and optionally what is in it. */
export const mouth = (cx, cy, rx, ry, colour, { rim = colour, lip = 12, fill = null, level = 0.35 } = {}) => {
  const [def, paint] = linear(
    [
      [0, darken(colour, 0.5)],
      [0.5, darken(colour, 0.22)],
      [1, lighten(colour, 0.12)],
    ],
    [0, 0, 1, 0.3],
  );
  const [def2, edge] = linear(
    [
      [0, lighten(rim, 0.45)],
      [0.5, lighten(rim, 0.1)],
      [1, darken(rim, 0.3)],
    ],
    [0, 0, 1, 0],
  );
  const inner = `M${n(cx - rx + lip)} ${cy}a${n(rx - lip)} ${n(ry - lip * 0.45)} 0 1 0 ${n(2 * (rx - lip))} 0a${n(rx - lip)} ${n(ry - lip * 0.45)} 0 1 0 ${n(-2 * (rx - lip))} 0z`;
  const [def3, liquid] = fill
    ? linear(
        [
          [0, lighten(fill, 0.2)],
          [0.4, fill],
          [1, darken(fill, 0.4)],
        ],
        [0, 0, 1, 0.4],
      )
    : ['', ''];
  const surface = fill
    ? ellipse(cx, cy + ry * level, (rx - lip) * 0.97, (ry - lip * 0.45) * 0.92, `fill="${liquid}"`) +
      ellipse(
        cx,
        cy + ry * level,
        (rx - lip) * 0.95,
        (ry - lip * 0.45) * 0.9,
        `fill="none" stroke="${lighten(fill, 0.5)}" stroke-width="3" opacity="0.4"`,
      )
    : '';
  return (
    def +
    def2 +
    def3 +
    ellipse(cx, cy, rx, ry, `fill="${edge}"`) +
    path(inner, `fill="${paint}"`) +
    clip(inner, surface + blur(ellipse(cx - rx * 0.5, cy - ry * 0.1, rx * 0.5, ry * 0.8, 'fill="#0f0c16"'), 22, 'opacity="0.4"'))
  );
};
