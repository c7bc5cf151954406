/** Edits of where blocks stand: the props `x` and `y`, which neither validation nor the model heeds. */
import { GAP_X, GAP_Y, NODE_HEIGHT, NODE_WIDTH, type Point, positionsOf } from "./layout";
import type { ModelArchitecture } from "./types";

const PITCH_X = NODE_WIDTH + GAP_X;
const PITCH_Y = NODE_HEIGHT + GAP_Y;

/** Saves the places of some blocks. */
export function setPositions(design: ModelArchitecture, places: ReadonlyMap<string, Point>): void {
  for (const component of design.components) {
    const place = places.get(component.id);
    if (place) Object.assign(component.props, { x: place.x, y: place.y });
  }
}

/** Forgets every saved place: the automatic layout shows them all. Returns how many there were. */
export function tidyUp(design: ModelArchitecture): number {
  let count = 0;
  for (const component of design.components) {
    if (!hasPlace(component.props)) continue;
    count += 1;
    delete component.props["x"];
    delete component.props["y"];
  }
  return count;
}

const hasPlace = (props: Record<string, unknown>): boolean => "x" in props || "y" in props;

/**
 * Where some places are saved, stands a new block below what it reads and moves the saved ones behind it down.
 * Without saved places the automatic layout makes the room.
 */
export function makeRoom(design: ModelArchitecture, id: string): void {
  const saved = new Set(design.components.filter(({ props }) => hasPlace(props)).map((component) => component.id));
  saved.delete(id);
  const from = design.edges.find(([, to]) => to === id)?.[0];
  if (saved.size === 0 || from === undefined) return;
  const places = positionsOf(design);
  const above = places.get(from);
  if (!above) return;
  const spot = { x: above.x, y: above.y + PITCH_Y };
  const behind = reachedFrom(design, id);
  const isTaken = (at: Point): boolean => [...places].some(([other, place]) => other !== id && touches(at, place));
  const moved = new Map<string, Point>();
  if (isTaken(spot)) {
    for (const other of saved) {
      const place = places.get(other);
      if (place && behind.has(other)) moved.set(other, { x: place.x, y: place.y + PITCH_Y });
    }
  }
  for (const [other, place] of moved) places.set(other, place);
  while (isTaken(spot)) spot.x += PITCH_X;
  setPositions(design, moved.set(id, spot));
}

function touches(a: Point, b: Point): boolean {
  return Math.abs(a.x - b.x) < NODE_WIDTH && Math.abs(a.y - b.y) < NODE_HEIGHT;
}

function reachedFrom({ edges }: ModelArchitecture, id: string): Set<string> {
  const seen = new Set([id]);
  const queue = [id];
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    for (const [from, to] of edges) {
      if (from !== at || seen.has(to)) continue;
      seen.add(to);
      queue.push(to);
    }
  }
  return seen;
}
