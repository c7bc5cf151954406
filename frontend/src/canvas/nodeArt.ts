/** How a block looks: drawn once into a small picture, and plainly when it is far away. Origin is the block's centre. */
import { NODE_HEIGHT, NODE_WIDTH } from "../domain/layout";
import { blockIcon, iconPath } from "../ui/Icon";
import type { NodeView } from "./scene";
import type { Theme } from "./theme";

export const RADIUS = 18;
/** Room around the block for its shadow and badge. */
export const PAD = 12;

const TILE = 42;
const TEXT_LEFT = -NODE_WIDTH / 2 + 12 + TILE + 11;
const TEXT_WIDTH = NODE_WIDTH / 2 - 14 - TEXT_LEFT;

type Ctx = CanvasRenderingContext2D;

const icons = new Map<string, Path2D>();

function iconOf(type: string): Path2D {
  const known = icons.get(type);
  if (known) return known;
  const path = new Path2D(iconPath(blockIcon(type)));
  icons.set(type, path);
  return path;
}

/** The outline of a block, grown by some pixels. */
export function outline(ctx: Ctx, grow = 0): void {
  ctx.beginPath();
  ctx.roundRect(-NODE_WIDTH / 2 - grow, -NODE_HEIGHT / 2 - grow, NODE_WIDTH + 2 * grow, NODE_HEIGHT + 2 * grow, RADIUS + grow);
}

/** The whole card. */
export function drawCard(ctx: Ctx, node: NodeView, theme: Theme): void {
  const color = theme.categories[node.category];
  ctx.save();
  ctx.shadowColor = "rgb(30 20 10 / 14%)";
  ctx.shadowBlur = 8;
  ctx.shadowOffsetY = 2;
  outline(ctx);
  ctx.fillStyle = theme.surface;
  ctx.fill();
  ctx.restore();
  ctx.save();
  outline(ctx);
  ctx.clip();
  drawShare(ctx, node, color);
  ctx.restore();
  outline(ctx, -0.5);
  ctx.lineWidth = node.tone ? 2 : 1;
  ctx.strokeStyle = node.tone === "error" ? theme.bad : node.tone === "warning" ? theme.warn : theme.line;
  ctx.stroke();
  drawTile(ctx, node.type, color);
  drawTexts(ctx, node, theme);
  if (node.tone) drawBadge(ctx, node.tone === "error" ? theme.bad : theme.warn, theme);
}

function drawShare(ctx: Ctx, { share }: NodeView, color: string): void {
  if (share <= 0) return;
  ctx.globalAlpha = 0.7;
  ctx.fillStyle = color;
  ctx.fillRect(-NODE_WIDTH / 2, NODE_HEIGHT / 2 - 4, NODE_WIDTH * Math.max(0.015, Math.min(1, share)), 4);
}

function drawTile(ctx: Ctx, type: string, color: string): void {
  const left = -NODE_WIDTH / 2 + 12;
  ctx.save();
  ctx.globalAlpha = 0.14;
  ctx.fillStyle = color;
  ctx.beginPath();
  ctx.roundRect(left, -TILE / 2, TILE, TILE, 12);
  ctx.fill();
  ctx.globalAlpha = 1;
  ctx.translate(left + TILE / 2 - 11, -11);
  ctx.scale(22 / 24, 22 / 24);
  ctx.strokeStyle = color;
  ctx.lineWidth = 1.9;
  ctx.lineCap = ctx.lineJoin = "round";
  ctx.stroke(iconOf(type));
  ctx.restore();
}

function drawTexts(ctx: Ctx, { title, summary, numbers }: NodeView, theme: Theme): void {
  const lines: [string, string, string, number][] = [
    [title, `630 15px ${theme.font}`, theme.text, 19],
    [summary, `400 12.5px ${theme.font}`, theme.text3, 17],
    [numbers, `560 12.5px ${theme.font}`, theme.text2, 17],
  ];
  const shown = lines.filter(([text]) => text !== "");
  const height = shown.reduce((sum, [, , , line]) => sum + line, 0);
  let y = -height / 2;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  for (const [text, font, color, line] of shown) {
    ctx.font = font;
    ctx.fillStyle = color;
    ctx.fillText(fitted(ctx, text, TEXT_WIDTH), TEXT_LEFT, y + line / 2 + 0.5);
    y += line;
  }
}

/** The text, cut with an ellipsis where it is wider than `width`. */
export function fitted(ctx: Ctx, text: string, width: number): string {
  if (ctx.measureText(text).width <= width) return text;
  let [low, high] = [0, text.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (ctx.measureText(`${text.slice(0, middle)}…`).width <= width) low = middle;
    else high = middle - 1;
  }
  return `${text.slice(0, low).trimEnd()}…`;
}

function drawBadge(ctx: Ctx, color: string, theme: Theme): void {
  const [x, y] = [NODE_WIDTH / 2 - 8, -NODE_HEIGHT / 2 + 6];
  ctx.beginPath();
  ctx.arc(x, y, 11, 0, 2 * Math.PI);
  ctx.fillStyle = color;
  ctx.fill();
  ctx.lineWidth = 2;
  ctx.strokeStyle = theme.bg;
  ctx.stroke();
  ctx.strokeStyle = theme.badInk;
  ctx.lineWidth = 2.4;
  ctx.lineCap = "round";
  ctx.beginPath();
  ctx.moveTo(x, y - 5);
  ctx.lineTo(x, y + 0.8);
  ctx.moveTo(x, y + 5);
  ctx.lineTo(x, y + 5.1);
  ctx.stroke();
}

/** A rectangle of the block's colour: below 0.4x nobody reads a title. */
export function drawPlain(ctx: Ctx, node: NodeView, theme: Theme): void {
  outline(ctx);
  ctx.fillStyle = theme.surface;
  ctx.fill();
  const dim = ctx.globalAlpha;
  ctx.globalAlpha = dim * (node.tone === "error" ? 0.85 : 0.45);
  ctx.fillStyle = node.tone === "error" ? theme.bad : theme.categories[node.category];
  ctx.fill();
  ctx.globalAlpha = 1;
}
