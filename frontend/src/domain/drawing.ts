/** The graph of a design as a picture that needs nothing else: an SVG document as text, light, with everything escaped. */
import type { CategoryId } from "./catalogue";
import { formatCount, formatShape, formatShort } from "./format";
import { NODE_HEIGHT, NODE_WIDTH, positionsOf } from "./layout";
import { buildStack, type StackRow } from "./stack";
import { cutToWidth, escapeXml } from "./svgText";
import type { ModelArchitecture } from "./types";
import { analyse } from "./validate";
import { extentOf, pathData, routeEdges } from "./routing";

export interface Drawing {
  svg: string;
  /** Pixels at 1x. */
  width: number;
  height: number;
}

const MARGIN = 48;
const HEADER = 92;
const LEAST_WIDTH = 380;
const TILE = 34;
const PAD = 12;
const TEXT_GAP = 10;
const TEXT_WIDTH = NODE_WIDTH - PAD - TILE - TEXT_GAP - 8;

/** The light theme of `styles/tokens.css`: a picture has no theme of its own. */
const INK = { paper: "#f5f2ed", card: "#fffdfa", line: "#d9d0c2", wire: "#b3a793", text: "#1e1a16", soft: "#544c42", quiet: "#6b6256" };
const CATEGORY_INK: Record<CategoryId, string> = {
  input: "#9a5b00",
  mixing: "#6a3cc0",
  layer: "#1b62ad",
  merge: "#0a6f66",
  output: "#b02263",
};
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

/** Draws a design as it stands on the canvas; `iconOf` gives the line icon of a block type on a grid of 24. */
export function drawDesign(design: ModelArchitecture, iconOf: (type: string) => string): Drawing {
  const analysis = analyse(design);
  const { rows } = buildStack(design, analysis);
  const places = positionsOf(design);
  const curves = routeEdges(design.edges, places).filter((curve) => curve !== null);
  const { left, right, top, bottom } = extentOf(places.values(), curves);
  const hasBlocks = rows.length > 0;
  const width = Math.max(LEAST_WIDTH, hasBlocks ? right - left + MARGIN * 2 : 0);
  const height = HEADER + MARGIN + (hasBlocks ? bottom - top : 0) + MARGIN;
  const dx = hasBlocks ? (width - (right - left)) / 2 - left : 0;
  const dy = HEADER + (hasBlocks ? 24 - top : 0);
  const sources = new Set(design.edges.map(([from]) => from));
  const body = [
    `<g fill="none" stroke="${INK.wire}" stroke-width="2.5" stroke-linecap="round">${curves.map((curve) => `<path d="${pathData(curve)}"/>`).join("")}</g>`,
    ...rows.map((row) => {
      const place = places.get(row.component.id) ?? { x: 0, y: 0 };
      return cardOf(row, place.x, place.y, iconOf) + (sources.has(row.component.id) ? shapeOf(row, place.x, place.y) : "");
    }),
  ].join("\n");
  const count = rows.length === 1 ? "1 block" : `${rows.length} blocks`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${round(width)}" height="${round(height)}" viewBox="0 0 ${round(width)} ${round(height)}" font-family="${FONT}" role="img" aria-labelledby="title">
<title id="title">${escapeXml(design.name)}</title>
<rect width="100%" height="100%" fill="${INK.paper}"/>
<text x="${MARGIN / 2}" y="46" font-size="22" font-weight="700" fill="${INK.text}">${escapeXml(cutToWidth(design.name, 22, width - MARGIN, true))}</text>
<text x="${MARGIN / 2}" y="70" font-size="14" fill="${INK.quiet}">${formatCount(analysis.paramCount)} parameters · ${count}</text>
<g transform="translate(${round(dx)} ${round(dy)})">
${body}
</g>
</svg>
`;
  return { svg, width: round(width), height: round(height) };
}

function cardOf(row: StackRow, x: number, y: number, iconOf: (type: string) => string): string {
  const ink = CATEGORY_INK[row.block?.category ?? "layer"];
  const left = x - NODE_WIDTH / 2;
  const top = y - NODE_HEIGHT / 2;
  const textX = left + PAD + TILE + TEXT_GAP;
  const lines = [row.summary, row.params > 0 ? `${formatShort(row.params)} parameters` : ""].filter((line) => line !== "");
  const first = y + 5 - lines.length * 8.5;
  const small = lines.map(
    (line, at) =>
      `<text x="${round(textX)}" y="${round(first + 18 + at * 16)}" font-size="12" fill="${INK.soft}">${escapeXml(cutToWidth(line, 12, TEXT_WIDTH, false))}</text>`,
  );
  return `<g>
<rect x="${round(left)}" y="${round(top)}" width="${NODE_WIDTH}" height="${NODE_HEIGHT}" rx="16" fill="${INK.card}" stroke="${INK.line}" stroke-width="1.5"/>
<rect x="${round(left + PAD)}" y="${round(y - TILE / 2)}" width="${TILE}" height="${TILE}" rx="11" fill="${ink}" fill-opacity="0.13"/>
<path transform="translate(${round(left + PAD + (TILE - 20) / 2)} ${round(y - 10)}) scale(0.833)" d="${escapeXml(iconOf(row.component.type))}" fill="none" stroke="${ink}" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round"/>
<text x="${round(textX)}" y="${round(first)}" font-size="13.5" font-weight="650" fill="${INK.text}">${escapeXml(titleOf(row))}</text>
${small.join("\n")}
</g>
`;
}

/** The label; where it is cut, the number that tells it from its twins stays. */
function titleOf({ label }: StackRow): string {
  const [, title = label, number = ""] = /^(.*?)( \d+)?$/.exec(label) ?? [];
  return cutToWidth(title, 13.5, TEXT_WIDTH - number.length * 9, true) + number;
}

/** What flows out of a block, beside the wire right below it. */
function shapeOf(row: StackRow, x: number, y: number): string {
  if (!row.shape) return "";
  const place = `x="${round(x + 9)}" y="${round(y + NODE_HEIGHT / 2 + 17)}"`;
  const halo = `stroke="${INK.paper}" stroke-width="5" stroke-linejoin="round" paint-order="stroke"`;
  return `<text ${place} font-size="11.5" fill="${INK.quiet}" ${halo}>${escapeXml(formatShape(row.shape))}</text>\n`;
}

function round(value: number): number {
  return Number(value.toFixed(1));
}
