/** A link as a QR code, as long as a phone's camera can still read it from another phone's screen. */
import { encode } from "uqr";

/** Bytes of a version 25 code at the lowest correction: 117 modules, 3 pixels each on a phone's screen. */
export const QR_BYTES = 1273;
const QUIET_MODULES = 4;

export interface QrPicture {
  /** Modules on a side, with the quiet zone. */
  size: number;
  /** SVG path of the dark modules. */
  path: string;
}

/** The code, or null where the text is too long to be read by a camera. */
export function qrOf(text: string): QrPicture | null {
  if (new TextEncoder().encode(text).length > QR_BYTES) return null;
  const { size, data } = encode(text, { ecc: "L", border: QUIET_MODULES });
  let path = "";
  data.forEach((row, y) => {
    for (let x = 0; x < row.length; x += 1) {
      const start = x;
      while (row[x]) x += 1;
      if (x > start) path += `M${start} ${y}h${x - start}v1h-${x - start}z`;
    }
  });
  return { size, path };
}
