// What makes a shape read as cloth: wrinkles, ribbing, stitches, knit and prints that sit in the fabric.

import { W, H, clip, darken, g, lighten, n, newId, path, rect, stroke, times } from './core.mjs';

/**
 * Wide, irregular wrinkles lit from the upper left; blended over a garment that was painted before.
 * Not for close views: the filter knows nothing beyond the picture and would end in a dark frame.
 */
export const wrinkles = (d, seed = 1, strength = 0.2, frequency = '0.0034 0.0018') => {
  const id = newId('w');
  const filter =
    `<filter id="${id}" filterUnits="userSpaceOnUse" x="0" y="0" width="${W}" height="${H}" color-interpolation-filters="sRGB">` +
    `<feTurbulence type="fractalNoise" baseFrequency="${frequency}" numOctaves="2" seed="${seed}" result="t"/>` +
    '<feGaussianBlur in="t" stdDeviation="5" result="s"/>' +
    '<feDiffuseLighting in="s" surfaceScale="80" diffuseConstant="1.05" lighting-color="#fff"><feDistantLight azimuth="225" elevation="52"/></feDiffuseLighting>' +
    '<feGaussianBlur stdDeviation="3"/></filter>';
  return filter + clip(d, rect(0, 0, W, H, 0, `filter="url(#${id})" opacity="${strength}" style="mix-blend-mode:soft-light"`));
};

/** Ribs between two edges, each given as [x1, y1, x2, y2]; a dark valley and a lit ridge per rib. */
export const ribs = (d, colour, [ax, ay, bx, by], [cx, cy, ex, ey], count, width = 5) => {
  const line = (i, tone, opacity, shift) => {
    const t = (i + 0.5) / count;
    return stroke(
      `M${n(ax + (bx - ax) * t + shift)} ${n(ay + (by - ay) * t)}L${n(cx + (ex - cx) * t + shift)} ${n(cy + (ey - cy) * t)}`,
      tone,
      width,
      `opacity="${opacity}"`,
    );
  };
  return clip(
    d,
    times(count, (i) => line(i, darken(colour, 0.6), 0.3, 0) + line(i, lighten(colour, 0.5), 0.22, -width)),
  );
};

/** A seam: a soft groove with a row of short stitches beside it. */
export const seam = (d, colour, more = '') =>
  stroke(d, darken(colour, 0.55), 3.4, `opacity="0.55" ${more}`) +
  stroke(d, lighten(colour, 0.5), 2, `opacity="0.3" transform="translate(3 3)" ${more}`);
export const stitches = (d, colour, options = {}) => {
  const { tone = lighten(colour, 0.34), dash = '9 6', width = 2.6 } = options;
  return (
    `<path d="${d}" fill="none" stroke="${darken(colour, 0.5)}" stroke-width="${width + 1.6}" stroke-dasharray="${dash}" opacity="0.45" transform="translate(1 1.6)"/>` +
    `<path d="${d}" fill="none" stroke="${tone}" stroke-width="${width}" stroke-dasharray="${dash}" opacity="0.8"/>`
  );
};

/** The fine structure of jersey, fleece or canvas, only worth its bytes in close views. */
export const knit = (d, colour, scale = 1, opacity = 0.045) => {
  const id = newId('k');
  const a = `M0 6L4 1L8 6M0 12L4 7L8 12`;
  return (
    `<pattern id="${id}" width="8" height="6" patternUnits="userSpaceOnUse" patternTransform="scale(${scale})">` +
    `<path d="${a}" fill="none" stroke="${darken(colour, 0.75)}" stroke-width="1.3"/></pattern>${path(d, `fill="url(#${id})" opacity="${opacity}"`)}`
  );
};
export const canvasWeave = (d, colour, scale = 1, opacity = 0.16) => {
  const id = newId('k');
  return (
    `<pattern id="${id}" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="scale(${scale})">` +
    `<path d="M0 2H4M4 6H8" stroke="${darken(colour, 0.8)}" stroke-width="1.6"/><path d="M2 4V8M6 0V4" stroke="${lighten(colour, 0.6)}" stroke-width="1.4"/></pattern>${path(d, `fill="url(#${id})" opacity="${opacity}"`)}`
  );
};

/** A print that the wrinkles shade along with the cloth: slightly transparent, never brighter than the cloth allows. */
export const printed = (content, opacity = 0.9) => g(content, `opacity="${opacity}"`);

/** Embroidery: the thread stands above the cloth and throws a small shadow. */
export const embroidered = (draw, colour) =>
  g(draw(darken(colour, 0.75)), 'transform="translate(3 4)" opacity="0.4"') +
  g(draw(colour)) +
  g(draw(lighten(colour, 0.5)), 'opacity="0.35" transform="translate(-1 -1.5)" stroke-dasharray="3 3"');
