/** Blocks on the move: the grid, lines of alignment, and the curves that follow. */
import { GRID, type Point } from "../domain/layout";
import { type Curve, directCurve, inPort, outPort } from "../domain/routing";
import type { Moving } from "./look";
import type { Scene } from "./scene";
import type { Box } from "./viewport";

/** Within this many screen pixels a block lines up with another. */
const ALIGN_PX = 7;

/** Where blocks stand after a move by `dx`, `dy` of the plane, snapped as one so that a group keeps its form. */
export function movedPlaces(
  scene: Scene,
  ids: readonly string[],
  by: Point,
  scale: number,
  seen: Box,
): Pick<Moving, "places" | "guides"> {
  const lead = scene.places.get(ids[0] ?? "");
  if (!lead) return { places: new Map(), guides: [] };
  const free = { x: lead.x + by.x, y: lead.y + by.y };
  const own = new Set(ids);
  const others = scene.index
    .within(seen)
    .filter((id) => !own.has(id))
    .flatMap((id) => scene.places.get(id) ?? []);
  const x = nearest(
    others.map((other) => other.x),
    free.x,
    ALIGN_PX / scale,
  );
  const y = nearest(
    others.map((other) => other.y),
    free.y,
    ALIGN_PX / scale,
  );
  const snapped = { x: x ?? onGrid(free.x), y: y ?? onGrid(free.y) };
  const [dx, dy] = [snapped.x - lead.x, snapped.y - lead.y];
  const places = new Map<string, Point>();
  for (const id of ids) {
    const place = scene.places.get(id);
    if (place) places.set(id, { x: place.x + dx, y: place.y + dy });
  }
  return { places, guides: [...(x === null ? [] : [{ x }]), ...(y === null ? [] : [{ y }])] };
}

function nearest(values: readonly number[], to: number, within: number): number | null {
  let best: number | null = null;
  for (const value of values) {
    const distance = Math.abs(value - to);
    if (distance <= within && (best === null || distance < Math.abs(best - to))) best = value;
  }
  return best;
}

const onGrid = (value: number): number => Math.round(value / GRID) * GRID;

/** The plain curves of the connections that hang on moved blocks; the ways around others are found when they rest. */
export function movedCurves(scene: Scene, touched: readonly number[], places: ReadonlyMap<string, Point>): Map<number, Curve> {
  const curves = new Map<number, Curve>();
  for (const at of touched) {
    const edge = scene.edges[at]?.edge;
    const from = edge && (places.get(edge[0]) ?? scene.places.get(edge[0]));
    const to = edge && (places.get(edge[1]) ?? scene.places.get(edge[1]));
    if (from && to) curves.set(at, directCurve(outPort(from), inPort(to)));
  }
  return curves;
}

/** Which connections hang on some blocks. */
export function edgesOf(scene: Scene, ids: ReadonlySet<string>): number[] {
  return scene.edges.flatMap(({ edge: [from, to] }, at) => (ids.has(from) || ids.has(to) ? [at] : []));
}
