/** How connections look: all that are seen in two strokes, then arrows and labels. */
import type { Curve } from "../domain/routing";
import type { EdgeView } from "./scene";
import type { Theme } from "./theme";
import type { Box } from "./viewport";

const ARROWS_FROM = 0.4;
const LABELS_FROM = 0.62;

type Ctx = CanvasRenderingContext2D;

interface Shown {
  view: EdgeView;
  curve: Curve;
}

/** Connections within the box; `skip` are those drawn elsewhere. */
export function drawEdges(
  ctx: Ctx,
  edges: readonly EdgeView[],
  curves: readonly (Curve | null)[],
  seen: Box,
  scale: number,
  theme: Theme,
  marked: (view: EdgeView) => boolean,
  skip: (view: EdgeView) => boolean,
): void {
  const shown: Shown[] = [];
  edges.forEach((view, at) => {
    const curve = curves[at];
    if (curve && isSeen(curve, seen) && !skip(view)) shown.push({ view, curve });
  });
  const tones = [
    { color: theme.wire, width: 2, of: shown.filter(({ view }) => !view.isBad && !marked(view)) },
    { color: theme.bad, width: 2.5, of: shown.filter(({ view }) => view.isBad && !marked(view)) },
    { color: theme.accent, width: 3, of: shown.filter(({ view }) => marked(view)) },
  ];
  for (const { color, width, of } of tones) {
    if (of.length === 0) continue;
    ctx.strokeStyle = ctx.fillStyle = color;
    ctx.lineWidth = Math.max(width, width * Math.min(2, 0.55 / scale));
    ctx.lineCap = "round";
    ctx.beginPath();
    for (const { curve } of of) trace(ctx, curve);
    ctx.stroke();
    if (scale < ARROWS_FROM) continue;
    ctx.beginPath();
    for (const { curve } of of) arrow(ctx, curve);
    ctx.fill();
  }
  if (scale >= LABELS_FROM) drawLabels(ctx, shown, theme, marked);
}

function isSeen(curve: Curve, seen: Box): boolean {
  return curve.right >= seen.left && curve.left <= seen.right && curve.bottom >= seen.top && curve.top <= seen.bottom;
}

/** Adds a curve to the path. */
export function trace(ctx: Ctx, { points }: Curve): void {
  const [start] = points;
  if (!start) return;
  ctx.moveTo(start.x, start.y);
  for (let at = 1; at + 2 < points.length; at += 3) {
    const [a, b, c] = [points[at], points[at + 1], points[at + 2]];
    if (a && b && c) ctx.bezierCurveTo(a.x, a.y, b.x, b.y, c.x, c.y);
  }
}

/** The head stands before the port's dot and points down into the block. */
function arrow(ctx: Ctx, { points }: Curve): void {
  const end = points.at(-1);
  if (!end) return;
  ctx.moveTo(end.x, end.y - 5);
  ctx.lineTo(end.x - 6, end.y - 15);
  ctx.lineTo(end.x + 6, end.y - 15);
  ctx.closePath();
}

function drawLabels(ctx: Ctx, shown: readonly Shown[], theme: Theme, marked: (view: EdgeView) => boolean): void {
  ctx.font = `560 12px ${theme.font}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  for (const { view, curve } of shown) {
    if (view.label === "") continue;
    const width = ctx.measureText(view.label).width + 18;
    ctx.beginPath();
    ctx.roundRect(curve.middle.x - width / 2, curve.middle.y - 12, width, 24, 12);
    ctx.fillStyle = theme.bg;
    ctx.fill();
    ctx.lineWidth = 1.5;
    ctx.strokeStyle = view.isBad ? theme.bad : marked(view) ? theme.accent : theme.wire;
    ctx.stroke();
    ctx.fillStyle = view.isBad ? theme.bad : theme.text2;
    ctx.fillText(view.label, curve.middle.x, curve.middle.y + 0.5);
  }
}
