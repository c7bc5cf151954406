/** What lies under a finger: distances are screen pixels, the same at every zoom. */
import { NODE_HEIGHT, NODE_WIDTH, type Point } from "../domain/layout";
import { distanceToCurve, inPort, outPort } from "../domain/routing";
import type { Edge } from "../domain/types";
import type { Hit, Side } from "./gestures/surface";
import type { Look } from "./look";

/** Half of a 48 pixel target. */
export const PORT_REACH_PX = 24;
const LIT_REACH_PX = 30;
const EDGE_REACH_PX = 22;
/** How far a port's target reaches into its block, so that the block stays easy to tap. */
const PORT_INSIDE_PX = 11;
/** Smaller than this, only the ports of a selected block can be tapped. */
export const PORTS_FROM = 0.7;
const EDGES_FROM = 0.3;
/** Far away, a block may be missed by a little. */
const NEAR_PX = 14;

interface Near<T> {
  what: T;
  px: number;
}

type PortHit = Extract<Hit, { kind: "port" }>;

/** The block, port or connection at a point of the screen. */
export function hitAt(look: Look, point: Point): Hit {
  const { viewport, scene, selection } = look;
  const { scale } = viewport;
  const world = viewport.toWorld(point);
  const reach = LIT_REACH_PX / scale;
  const near = scene.index.within({ left: world.x - reach, right: world.x + reach, top: world.y - reach, bottom: world.y + reach });
  const node = nodeAt(look, near, world);
  const asNode = (id: string): Hit => ({ kind: "node", id, selected: selection.has(id) });
  if (look.connecting) {
    const port = litPort(look, near, world);
    return port?.what ?? (node && node.px <= 0 ? asNode(node.what) : { kind: "empty" });
  }
  const port = portAt(look, near, world);
  const edge = scale >= EDGES_FROM ? edgeAt(look, world) : null;
  const isInside = node !== null && node.px <= 0;
  if (port && !(isInside && -node.px > PORT_INSIDE_PX)) {
    // Between two ports of one connection, its label is nearest in the middle.
    return edge && edge.middlePx < port.px ? edgeHit(edge.what) : port.what;
  }
  if (isInside) return asNode(node.what);
  if (edge) return edgeHit(edge.what);
  return node ? asNode(node.what) : { kind: "empty" };
}

function edgeHit([from, to]: Edge): Hit {
  return { kind: "edge", from, to };
}

/** Negative inside: how deep. */
function nodeAt({ scene, viewport }: Look, near: readonly string[], { x, y }: Point): Near<string> | null {
  let best: Near<string> | null = null;
  for (const id of near) {
    const place = scene.places.get(id);
    if (!place) continue;
    const dx = Math.abs(x - place.x) - NODE_WIDTH / 2;
    const dy = Math.abs(y - place.y) - NODE_HEIGHT / 2;
    const px = (dx <= 0 && dy <= 0 ? Math.max(dx, dy) : Math.hypot(Math.max(dx, 0), Math.max(dy, 0))) * viewport.scale;
    if (px <= NEAR_PX && (!best || px < best.px)) best = { what: id, px };
  }
  return best;
}

function portAt(look: Look, near: readonly string[], world: Point): Near<PortHit> | null {
  const { scene, viewport, selection } = look;
  let best: Near<PortHit> | null = null;
  for (const id of near) {
    const node = scene.nodes.get(id);
    const place = scene.places.get(id);
    const isActive = viewport.scale >= PORTS_FROM || (selection.size === 1 && selection.has(id));
    if (!node || !place || !isActive) continue;
    const sides: Side[] = [...(node.hasInput ? ["in" as const] : []), ...(node.hasOutput ? ["out" as const] : [])];
    for (const side of sides) {
      const at = side === "in" ? inPort(place) : outPort(place);
      const px = Math.hypot(at.x - world.x, at.y - world.y) * viewport.scale;
      if (px <= PORT_REACH_PX && (!best || px < best.px)) best = { what: { kind: "port", id, side }, px };
    }
  }
  return best;
}

function litPort({ connecting, scene, viewport }: Look, near: readonly string[], world: Point): Near<PortHit> | null {
  if (!connecting) return null;
  const side: Side = connecting.side === "out" ? "in" : "out";
  let best: Near<PortHit> | null = null;
  for (const id of near) {
    const place = scene.places.get(id);
    if (!place || !connecting.targets.has(id)) continue;
    const at = side === "in" ? inPort(place) : outPort(place);
    const px = Math.hypot(at.x - world.x, at.y - world.y) * viewport.scale;
    if (px <= LIT_REACH_PX && (!best || px < best.px)) best = { what: { kind: "port", id, side }, px };
  }
  return best;
}

function edgeAt({ scene, viewport }: Look, world: Point): { what: Edge; middlePx: number } | null {
  const within = EDGE_REACH_PX / viewport.scale;
  let best: { what: Edge; middlePx: number } | null = null;
  let nearest = Infinity;
  scene.edges.forEach(({ edge }, at) => {
    const curve = scene.curves[at];
    if (!curve) return;
    const distance = distanceToCurve(curve, world, within);
    if (distance > within || distance >= nearest) return;
    nearest = distance;
    const { x, y } = curve.middle;
    best = { what: edge, middlePx: Math.hypot(x - world.x, y - world.y) * viewport.scale };
  });
  return best;
}
