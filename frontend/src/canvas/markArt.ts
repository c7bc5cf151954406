/** What changes about a block while one works: selection, focus, ports, and what a connection could reach. */
import type { Target } from "../domain/connections";
import { formatShape } from "../domain/format";
import { NODE_HEIGHT } from "../domain/layout";
import { PORTS_FROM } from "./hit";
import type { Look } from "./look";
import { outline } from "./nodeArt";
import type { NodeView } from "./scene";

type Ctx = CanvasRenderingContext2D;

/** Before the block itself: a glow around what is selected or has an error; dimming of what cannot be connected. */
export function drawUnder(ctx: Ctx, node: NodeView, look: Look): void {
  const { theme, viewport, connecting } = look;
  if (node.tone === "error") {
    outline(ctx, 6);
    ctx.globalAlpha = 0.22;
    ctx.fillStyle = theme.bad;
    ctx.fill();
  }
  if (look.selection.has(node.id)) {
    outline(ctx, Math.max(5, 5 / viewport.scale));
    ctx.globalAlpha = 0.2;
    ctx.fillStyle = theme.accent;
    ctx.fill();
  }
  ctx.globalAlpha = 1;
  if (connecting && connecting.id !== node.id && !isLit(connecting.targets.get(node.id))) ctx.globalAlpha = 0.35;
}

/** What is connected already needs no light. */
function isLit(target: Target | undefined): boolean {
  return target !== undefined && target.fits && !target.connected;
}

/** Above the block: outlines and ports. */
export function drawMarks(ctx: Ctx, node: NodeView, look: Look): void {
  const { theme, viewport, connecting, selection } = look;
  const px = 1 / viewport.scale;
  if (selection.has(node.id)) {
    outline(ctx);
    ctx.lineWidth = Math.max(2.5, 2.5 * px);
    ctx.strokeStyle = theme.accent;
    ctx.stroke();
  }
  if (look.focusedId === node.id) {
    outline(ctx, 6 * px);
    ctx.lineWidth = 3 * px;
    ctx.strokeStyle = theme.text;
    ctx.stroke();
  }
  if (connecting) drawTarget(ctx, node, look, px);
  else if (viewport.scale >= PORTS_FROM - 0.15 || (selection.size === 1 && selection.has(node.id))) drawPorts(ctx, node, look, px);
}

function drawPorts(ctx: Ctx, node: NodeView, { theme, selection, viewport }: Look, px: number): void {
  const isActive = selection.size === 1 && selection.has(node.id);
  const radius = isActive ? 8 * px : Math.min(6, 5.5 * Math.max(viewport.scale, 0.8)) * px;
  const sides = [...(node.hasInput ? [-1] : []), ...(node.hasOutput ? [1] : [])];
  for (const side of sides) {
    const y = (side * NODE_HEIGHT) / 2;
    ctx.beginPath();
    ctx.arc(0, y, radius, 0, 2 * Math.PI);
    ctx.fillStyle = isActive ? theme.accent : theme.surface;
    ctx.fill();
    ctx.lineWidth = 2 * px;
    ctx.strokeStyle = isActive ? theme.surface : theme.lineStrong;
    ctx.stroke();
    if (isActive) plus(ctx, y, 4 * px, theme.accentInk, 1.8 * px);
  }
}

function plus(ctx: Ctx, y: number, arm: number, color: string, width: number): void {
  ctx.beginPath();
  ctx.moveTo(-arm, y);
  ctx.lineTo(arm, y);
  ctx.moveTo(0, y - arm);
  ctx.lineTo(0, y + arm);
  ctx.lineWidth = width;
  ctx.strokeStyle = color;
  ctx.stroke();
}

/** The port that a connection would reach, with the shape that would come out. */
function drawTarget(ctx: Ctx, node: NodeView, { connecting, theme, viewport }: Look, px: number): void {
  if (!connecting) return;
  const isSource = connecting.id === node.id;
  const target = connecting.targets.get(node.id);
  if (!isSource && !isLit(target)) return;
  const isTop = isSource ? connecting.side === "in" : connecting.side === "out";
  const y = ((isTop ? -1 : 1) * NODE_HEIGHT) / 2;
  const color = isSource ? theme.accent : theme.good;
  if (!isSource) {
    outline(ctx);
    ctx.lineWidth = 2 * px;
    ctx.strokeStyle = color;
    ctx.stroke();
    ctx.beginPath();
    ctx.arc(0, y, 19 * px, 0, 2 * Math.PI);
    ctx.globalAlpha = 0.25;
    ctx.fillStyle = color;
    ctx.fill();
    ctx.globalAlpha = 1;
  }
  ctx.beginPath();
  ctx.arc(0, y, 10 * px, 0, 2 * Math.PI);
  ctx.fillStyle = color;
  ctx.fill();
  ctx.lineWidth = 2 * px;
  ctx.strokeStyle = theme.surface;
  ctx.stroke();
  if (isSource || !target) return;
  plus(ctx, y, 4.5 * px, theme.surface, 2 * px);
  const text = target.shape ? `gives ${formatShape(target.shape)}` : "";
  if (text !== "" && viewport.scale > 0.45) bubble(ctx, text, 26 * px, y + (isTop ? -14 : 14) * px, px, color, theme.surface, theme.font);
}

function bubble(ctx: Ctx, text: string, x: number, y: number, px: number, color: string, ink: string, font: string): void {
  ctx.font = `600 ${12 * px}px ${font}`;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  const width = ctx.measureText(text).width + 16 * px;
  ctx.beginPath();
  ctx.roundRect(x, y - 12 * px, width, 24 * px, 12 * px);
  ctx.fillStyle = color;
  ctx.fill();
  ctx.fillStyle = ink;
  ctx.fillText(text, x + 8 * px, y + 0.5 * px);
}
