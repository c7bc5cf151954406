/** Text in an SVG document: escaped, and cut where a browser would let it run over the edge. */

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
/** What XML forbids even as an entity; a design's name cannot hold it, an attribute must not. */
const FORBIDDEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** `text` as it may stand between tags and in quotes. */
export function escapeXml(text: string): string {
  return text.replace(FORBIDDEN, "\ufffd").replace(/[&<>"']/g, (letter) => ENTITIES[letter] ?? letter);
}

/** Widths in parts of the font size, measured generously: system fonts differ. */
function widthOf(letter: string): number {
  if (/[il|.,:;'!·() jtfrI]/.test(letter)) return 0.34;
  if (/[mwMW@%]/.test(letter)) return 0.9;
  if (/[A-Z0-9&×]/.test(letter)) return 0.66;
  return (letter.codePointAt(0) ?? 0) < 0x2e80 ? 0.56 : 1.05;
}

/** `text`, or its beginning and "…" where it is wider than `maxWidth` pixels. */
export function cutToWidth(text: string, fontSize: number, maxWidth: number, isBold: boolean): string {
  const size = fontSize * (isBold ? 1.14 : 1.04);
  const letters = Array.from(text);
  let width = 0;
  for (let at = 0; at < letters.length; at += 1) {
    width += widthOf(letters[at] ?? "") * size;
    const isLast = at === letters.length - 1;
    if (width > maxWidth - (isLast ? 0 : size)) return `${letters.slice(0, at).join("").trimEnd()}…`;
  }
  return text;
}
