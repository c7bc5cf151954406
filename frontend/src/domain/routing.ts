/** The curves of connections: from the bottom of one block to the top of another, around the blocks between. */
import { NODE_HEIGHT, NODE_WIDTH, type Point } from "./layout";
import type { Edge } from "./types";

/** A chain of cubic Bezier segments: a start, then three points for each segment. */
export interface Curve {
  points: Point[];
  /** Where the label stands. */
  middle: Point;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** So that the label on a way beside a block does not touch it. */
const CLEARANCE = 38;
const LANE_GAP = 16;
const SAMPLES = 14;

interface Lane {
  x: number;
  top: number;
  bottom: number;
}

export function outPort({ x, y }: Point): Point {
  return { x, y: y + NODE_HEIGHT / 2 };
}

export function inPort({ x, y }: Point): Point {
  return { x, y: y - NODE_HEIGHT / 2 };
}

/** The curve of every connection whose ends are placed, in the order of `edges`. */
export function routeEdges(edges: readonly Edge[], nodes: ReadonlyMap<string, Point>): (Curve | null)[] {
  const lanes: Lane[] = [];
  const rows = [...nodes.values()].sort((a, b) => a.y - b.y);
  return edges.map(([from, to]) => {
    const [source, target] = [nodes.get(from), nodes.get(to)];
    if (!source || !target) return null;
    const [start, end] = [outPort(source), inPort(target)];
    const between = rowsBetween(rows, start.y, end.y);
    const direct = directCurve(start, end);
    if (!between.some((box) => hitsBox(direct, box))) return direct;
    const lane = freeLane(start, end, between, lanes);
    lanes.push(lane);
    return laneCurve(start, end, lane);
  });
}

/** The plain curve from port to port. */
export function directCurve(start: Point, end: Point): Curve {
  const pull = end.y > start.y ? Math.max(28, (end.y - start.y) / 2) : 70;
  return curveOf([start, { x: start.x, y: start.y + pull }, { x: end.x, y: end.y - pull }, end]);
}

/** Blocks that lie wholly between two heights; `rows` are sorted by height. */
function rowsBetween(rows: readonly Point[], top: number, bottom: number): Point[] {
  const half = NODE_HEIGHT / 2;
  let low = 0;
  for (let high = rows.length; low < high; ) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.y ?? 0) - half < top) low = middle + 1;
    else high = middle;
  }
  const found: Point[] = [];
  for (let at = low; at < rows.length; at += 1) {
    const box = rows[at];
    if (!box || box.y + half > bottom) break;
    found.push(box);
  }
  return found;
}

function hitsBox(curve: Curve, box: Point): boolean {
  const [halfWidth, halfHeight] = [NODE_WIDTH / 2 + 4, NODE_HEIGHT / 2];
  if (box.x + halfWidth < curve.left || box.x - halfWidth > curve.right) return false;
  return sampled(curve).some(({ x, y }) => Math.abs(x - box.x) < halfWidth && Math.abs(y - box.y) < halfHeight);
}

/** The nearest vertical line that no block and no other lane stands on; of two equal ones the right. */
function freeLane(start: Point, end: Point, boxes: readonly Point[], lanes: readonly Lane[]): Lane {
  const home = (start.x + end.x) / 2;
  const [top, bottom] = [start.y, end.y];
  const reach = NODE_WIDTH / 2 + CLEARANCE;
  const crossing = lanes.filter((lane) => lane.top < bottom && lane.bottom > top);
  const walk = (direction: 1 | -1): number => {
    let x = home;
    for (let moved = true; moved; ) {
      moved = false;
      for (const box of boxes) {
        if (Math.abs(box.x - x) < reach) {
          x = box.x + direction * reach;
          moved = true;
        }
      }
      for (const lane of crossing) {
        if (Math.abs(lane.x - x) < LANE_GAP - 1) {
          x = lane.x + direction * LANE_GAP;
          moved = true;
        }
      }
    }
    return x;
  };
  const [right, left] = [walk(1), walk(-1)];
  return { x: right - home <= home - left + 1 ? right : left, top, bottom };
}

function laneCurve(start: Point, end: Point, { x }: Lane): Curve {
  const bend = Math.min(80, (end.y - start.y) / 3);
  const enter = { x, y: start.y + bend };
  const leave = { x, y: end.y - bend };
  const third = (leave.y - enter.y) / 3;
  return curveOf([
    start,
    { x: start.x, y: start.y + bend * 0.75 },
    { x, y: start.y + bend * 0.25 },
    enter,
    { x, y: enter.y + third },
    { x, y: leave.y - third },
    leave,
    { x, y: end.y - bend * 0.25 },
    { x: end.x, y: end.y - bend * 0.75 },
    end,
  ]);
}

function curveOf(points: Point[]): Curve {
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const segment = Math.floor((points.length - 1) / 3 / 2);
  const curve = { points, left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
  return { ...curve, middle: pointAt(points, segment, 0.5) };
}

function pointAt(points: readonly Point[], segment: number, t: number): Point {
  const at = (index: number): Point => points[segment * 3 + index] ?? { x: 0, y: 0 };
  const u = 1 - t;
  const [a, b, c, d] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
  const [p, q, r, s] = [at(0), at(1), at(2), at(3)];
  return { x: a * p.x + b * q.x + c * r.x + d * s.x, y: a * p.y + b * q.y + c * r.y + d * s.y };
}

function sampled({ points }: Curve): Point[] {
  const found: Point[] = [];
  for (let segment = 0; segment * 3 + 3 < points.length; segment += 1) {
    for (let at = 0; at <= SAMPLES; at += 1) found.push(pointAt(points, segment, at / SAMPLES));
  }
  return found;
}

/** How far a point is from a curve; Infinity where it is surely farther than `within`. */
export function distanceToCurve(curve: Curve, { x, y }: Point, within: number): number {
  if (x < curve.left - within || x > curve.right + within || y < curve.top - within || y > curve.bottom + within) return Infinity;
  const points = sampled(curve);
  let nearest = Infinity;
  points.forEach((end, at) => {
    const start = points[at - 1];
    if (start) nearest = Math.min(nearest, distanceToLine(start, end, x, y));
  });
  return nearest;
}

function distanceToLine(a: Point, b: Point, x: number, y: number): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - a.x) * dx + (y - a.y) * dy) / length));
  return Math.hypot(x - a.x - t * dx, y - a.y - t * dy);
}

/** The box around blocks and connections. */
export function extentOf(places: Iterable<Point>, curves: readonly Curve[]): Pick<Curve, "left" | "right" | "top" | "bottom"> {
  const extent = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity };
  const grow = (box: typeof extent): void => {
    extent.left = Math.min(extent.left, box.left);
    extent.right = Math.max(extent.right, box.right);
    extent.top = Math.min(extent.top, box.top);
    extent.bottom = Math.max(extent.bottom, box.bottom);
  };
  const [halfWidth, halfHeight] = [NODE_WIDTH / 2, NODE_HEIGHT / 2];
  for (const { x, y } of places) grow({ left: x - halfWidth, right: x + halfWidth, top: y - halfHeight, bottom: y + halfHeight });
  curves.forEach(grow);
  return extent;
}

/** The curve as the `d` of an SVG path; `moved` says where a point of the plane goes in the picture. */
export function pathData({ points: [start, ...rest] }: Curve, moved = (point: Point): Point => point): string {
  const text = (point: Point): string => {
    const { x, y } = moved(point);
    return `${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10}`;
  };
  return start ? `M${text(start)} C${rest.map(text).join(" ")}` : "";
}
