/** What fingers draw: a connection being pulled, the frame of a selection, lines of alignment, the ring of a long press. */
import { inPort, outPort } from "../domain/routing";
import { LONG_PRESS_MS, RING_AFTER_MS } from "./gestures/longPress";
import { type Look, placeOf } from "./look";

type Ctx = CanvasRenderingContext2D;

const RING_RADIUS_PX = 38;

/** In the plane's units; sizes stay the same on the screen. */
export function drawFingers(ctx: Ctx, look: Look): void {
  const px = 1 / look.viewport.scale;
  drawGuides(ctx, look, px);
  drawPull(ctx, look, px);
  drawLasso(ctx, look, px);
  drawRing(ctx, look, px);
}

function drawGuides(ctx: Ctx, { moving, viewport, theme }: Look, px: number): void {
  if (!moving || moving.guides.length === 0) return;
  const seen = viewport.seen();
  ctx.beginPath();
  for (const { x, y } of moving.guides) {
    if (x !== undefined) {
      ctx.moveTo(x, seen.top);
      ctx.lineTo(x, seen.bottom);
    }
    if (y !== undefined) {
      ctx.moveTo(seen.left, y);
      ctx.lineTo(seen.right, y);
    }
  }
  ctx.setLineDash([6 * px, 5 * px]);
  ctx.lineWidth = 1.5 * px;
  ctx.strokeStyle = theme.accent;
  ctx.stroke();
  ctx.setLineDash([]);
}

function drawPull(ctx: Ctx, look: Look, px: number): void {
  const { connecting, pull, theme } = look;
  const place = connecting ? placeOf(look, connecting.id) : undefined;
  if (!connecting || !pull || !place) return;
  const isOut = connecting.side === "out";
  const start = isOut ? outPort(place) : inPort(place);
  const bend = (isOut ? 1 : -1) * Math.max(30, Math.abs(pull.y - start.y) / 2);
  ctx.beginPath();
  ctx.moveTo(start.x, start.y);
  ctx.bezierCurveTo(start.x, start.y + bend, pull.x, pull.y - bend, pull.x, pull.y);
  ctx.lineWidth = 3 * px;
  ctx.lineCap = "round";
  ctx.strokeStyle = theme.accent;
  ctx.stroke();
  ctx.beginPath();
  ctx.arc(pull.x, pull.y, 8 * px, 0, 2 * Math.PI);
  ctx.fillStyle = theme.accent;
  ctx.fill();
}

function drawLasso(ctx: Ctx, { lasso, theme }: Look, px: number): void {
  if (!lasso) return;
  const { from, to } = lasso;
  ctx.beginPath();
  ctx.roundRect(Math.min(from.x, to.x), Math.min(from.y, to.y), Math.abs(to.x - from.x), Math.abs(to.y - from.y), 10 * px);
  ctx.globalAlpha = 0.12;
  ctx.fillStyle = theme.accent;
  ctx.fill();
  ctx.globalAlpha = 1;
  ctx.lineWidth = 2 * px;
  ctx.strokeStyle = theme.accent;
  ctx.stroke();
}

/** Fills from 150 to 500 ms; a finger is about 40 pixels wide, so the ring is wider. */
function drawRing(ctx: Ctx, { ring, theme, viewport }: Look, px: number): void {
  if (!ring) return;
  const share = Math.min(1, (performance.now() - ring.since) / (LONG_PRESS_MS - RING_AFTER_MS));
  const { x, y } = viewport.toWorld(ring.at);
  ctx.lineWidth = 5 * px;
  ctx.lineCap = "round";
  ctx.beginPath();
  ctx.arc(x, y, RING_RADIUS_PX * px, 0, 2 * Math.PI);
  ctx.globalAlpha = 0.25;
  ctx.strokeStyle = theme.accent;
  ctx.stroke();
  ctx.globalAlpha = 1;
  ctx.beginPath();
  ctx.arc(x, y, RING_RADIUS_PX * px, -Math.PI / 2, -Math.PI / 2 + share * 2 * Math.PI);
  ctx.stroke();
}
