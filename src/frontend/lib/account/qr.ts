// A QR code as one path: a square a dark module, in units of one.
import { encode } from 'uqr';

interface QrCode {
  /** Modules a side, the quiet zone of four (ISO/IEC 18004) included. */
  size: number;
  path: string;
}

const QUIET = 4;

export function qrCode(text: string): QrCode {
  const { data, size } = encode(text, { ecc: 'M', border: QUIET });
  const squares = data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')));
  return { size, path: squares.join('') };
}
