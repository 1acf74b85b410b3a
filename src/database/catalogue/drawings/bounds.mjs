// Estimates the box that some markup covers, so that a blur is computed there and not on the whole picture.

const ARITY = { M: 2, L: 2, H: 1, V: 1, C: 6, Q: 4, S: 4, T: 2, A: 7, Z: 0 };

/** Calls visit(x, y) for every end and control point; control points enclose their curve. */
function walk(d, visit) {
  const tokens = d.match(/[a-zA-Z]|-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?/g) ?? [];
  let [x, y, startX, startY, command, i] = [0, 0, 0, 0, 'M', 0];
  while (i < tokens.length) {
    if (/[a-zA-Z]/.test(tokens[i])) {
      command = tokens[i];
      i += 1;
    }
    const kind = command.toUpperCase();
    if (kind === 'Z') {
      [x, y] = [startX, startY];
      continue;
    }
    const values = tokens.slice(i, i + ARITY[kind]).map(Number);
    i += ARITY[kind];
    const [dx, dy] = command === kind ? [0, 0] : [x, y];
    if (kind === 'H') x = values[0] + dx;
    else if (kind === 'V') y = values[0] + dy;
    else if (kind === 'A') {
      // An arc may bulge by its radius beyond both ends.
      const [fromX, fromY, r] = [x, y, Math.max(values[0], values[1]) * 2];
      [x, y] = [values[5] + dx, values[6] + dy];
      [
        [fromX - r, fromY - r],
        [fromX + r, fromY + r],
        [x - r, y - r],
        [x + r, y + r],
      ].forEach((p) => visit(...p));
    } else {
      for (let k = 0; k < values.length; k += 2) visit(values[k] + dx, values[k + 1] + dy);
      [x, y] = [values.at(-2) + dx, values.at(-1) + dy];
    }
    visit(x, y);
    if (kind === 'M') {
      [startX, startY] = [x, y];
      command = command === 'M' ? 'L' : 'l';
    }
  }
}

const attribute = (tag, name) => Number(tag.match(new RegExp(`\\s${name}="(-?[\\d.]+)"`))?.[1] ?? 0);

/** { x, y, w, h } with room for strokes and shifts, or null where a nested transform makes an estimate unsafe. */
export function boundsOf(markup, margin) {
  if (/rotate|scale|skew|matrix|filter|<g/.test(markup)) return null;
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  let extra = 0;
  for (const tag of markup.match(/<[^>]+>/g) ?? []) {
    const [, tx = 0, ty = 0] = (tag.match(/translate\(\s*(-?[\d.]+)[ ,]+(-?[\d.]+)/) ?? []).map(Number);
    const visit = (x, y) => {
      box[0] = Math.min(box[0], x + tx);
      box[1] = Math.min(box[1], y + ty);
      box[2] = Math.max(box[2], x + tx);
      box[3] = Math.max(box[3], y + ty);
    };
    extra = Math.max(extra, attribute(tag, 'stroke-width'));
    const [cx, cy, rx, ry] = ['cx', 'cy', 'rx', 'ry'].map((k) => attribute(tag, k));
    const r = attribute(tag, 'r');
    if (tag.startsWith('<path')) walk(tag.match(/\sd="([^"]*)"/)[1], visit);
    else if (tag.startsWith('<rect'))
      [0, 1].forEach((k) => visit(attribute(tag, 'x') + k * attribute(tag, 'width'), attribute(tag, 'y') + k * attribute(tag, 'height')));
    else if (/^<(ellipse|circle)/.test(tag)) [-1, 1].forEach((k) => visit(cx + k * (r || rx), cy + k * (r || ry)));
  }
  if (box.some((v) => !Number.isFinite(v))) return null;
  const pad = margin + extra;
  const [x, y] = [Math.floor(box[0] - pad), Math.floor(box[1] - pad)];
  return { x, y, w: Math.ceil(box[2] + pad) - x, h: Math.ceil(box[3] + pad) - y };
}
