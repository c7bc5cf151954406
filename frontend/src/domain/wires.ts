/** How connections run between blocks that stand at given places: down where a way is free, else around the side. */
import type { Point } from "./layout";
import type { Edge } from "./types";

export interface Size {
  width: number;
  height: number;
}

/** SVG path data for every edge whose ends have a place. */
export function wiresOf(edges: readonly Edge[], places: ReadonlyMap<string, Point>, size: Size): string[] {
  const all = [...places];
  return edges.flatMap(([from, to]) => {
    const start = places.get(from);
    const end = places.get(to);
    if (!start || !end || from === to) return [];
    const others = all.filter(([id]) => id !== from && id !== to).map(([, place]) => place);
    return [wireOf(start, end, others, size)];
  });
}

function wireOf(start: Point, end: Point, others: readonly Point[], size: Size): string {
  const top = { x: start.x, y: start.y + size.height / 2 };
  const bottom = { x: end.x, y: end.y - size.height / 2 };
  const room = bottom.y - top.y;
  if (room < size.height * 0.2) return around(start, end, others, size);
  const isFree = (a: Point, b: Point): boolean => !others.some((other) => isBetween(other, a, b, size));
  if (isFree(top, bottom)) return `M${at(top)}${curve(top, bottom)}`;
  const bend = Math.min(size.height * 0.7, room / 2);
  // Down first and over at the end, or over at once and then down: whichever column is free.
  const low = { x: top.x, y: bottom.y - bend };
  if (isFree(top, low) && isFree(low, bottom)) return `M${at(top)}L${at(low)}${curve(low, bottom)}`;
  const high = { x: bottom.x, y: top.y + bend };
  if (isFree(top, high) && isFree(high, bottom)) return `M${at(top)}${curve(top, high)}L${at(bottom)}`;
  return around(start, end, others, size);
}

/** Whether a block stands in the way of the wire from `a` down to `b`, which leaves and arrives upright. */
function isBetween(other: Point, a: Point, b: Point, { width, height }: Size): boolean {
  const upper = other.y - height / 2;
  const lower = other.y + height / 2;
  if (lower <= a.y || upper >= b.y) return false;
  const [first, last] = [upper, lower].map((y) => {
    const part = Math.min(1, Math.max(0, (y - a.y) / (b.y - a.y)));
    return a.x + (b.x - a.x) * part * part * (3 - 2 * part);
  });
  const left = Math.min(first ?? a.x, last ?? a.x);
  const right = Math.max(first ?? a.x, last ?? a.x);
  return other.x + width * 0.56 > left && other.x - width * 0.56 < right;
}

function curve(a: Point, b: Point): string {
  const bend = (b.y - a.y) * 0.5;
  return a.x === b.x ? `L${at(b)}` : `C${at({ x: a.x, y: a.y + bend })} ${at({ x: b.x, y: b.y - bend })} ${at(b)}`;
}

/** Out of one side and back into the same side: the side where fewer blocks are. */
function around(start: Point, end: Point, others: readonly Point[], { width, height }: Size): string {
  const reach = width * 0.28;
  const [high, low] = start.y < end.y ? [start.y, end.y] : [end.y, start.y];
  const near = others.filter(({ y }) => y >= high - height / 2 && y <= low + height / 2);
  const lane = (side: 1 | -1): number => side * (Math.max(side * start.x, side * end.x) + width / 2 + reach);
  const blocked = (side: 1 | -1): number => near.filter(({ x }) => Math.abs(x - lane(side)) < width / 2).length;
  const side = blocked(1) <= blocked(-1) ? 1 : -1;
  const edge = (side * width) / 2;
  // A cubic's middle is at three quarters of the way to its handles.
  const handle = lane(side) + side * reach * 0.33;
  const ends = [{ x: handle, y: start.y }, { x: handle, y: end.y }, { x: end.x + edge, y: end.y }].map(at).join(" ");
  return `M${at({ x: start.x + edge, y: start.y })}C${ends}`;
}

function at({ x, y }: Point): string {
  return `${Number(x.toFixed(1))} ${Number(y.toFixed(1))}`;
}
