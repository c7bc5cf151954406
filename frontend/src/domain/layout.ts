/**
 * Where the blocks of a design stand on the canvas: saved places, and an automatic layout for the rest.
 * Layered from top to bottom in forward order (Sugiyama's steps: layers, crossings, coordinates); the same design gives
 * the same picture. A place is the centre of a block, in canvas units (pixels at 1x).
 */
import { orderLayers } from "./crossings";
import type { Edge, ModelArchitecture } from "./types";

export const NODE_WIDTH = 232;
export const NODE_HEIGHT = 84;
export const GAP_X = 40;
export const GAP_Y = 92;
/** The grid that dragged blocks snap to. */
export const GRID = 12;

/** How wide a connection is that passes beside the blocks of a layer. */
const LANE_WIDTH = 28;
/** Connections past this many lanes are laid out as if they were short: a hostile design must not take seconds. */
const MAX_LANES = 3000;
/** Lanes give way: a residual connection must not push a chain out of its line. */
const LANE_WEIGHT = 1e-4;
/** Odd, so that the last one goes down and leaves chains straight. */
const SWEEPS = 13;

export interface Point {
  x: number;
  y: number;
}

export interface Layout {
  /** The centre of every block. */
  nodes: Map<string, Point>;
  width: number;
  height: number;
}

/** A block, or a lane in which a connection passes a layer. */
export interface Slot {
  id: string;
  isLane: boolean;
  layer: number;
  /** Slots of the layer above and below. */
  above: Slot[];
  below: Slot[];
  /** Centre, set at the end. */
  x: number;
}

type Neighbours = Map<string, string[]>;

/** The last layout: an edit of a prop, or a drag, leaves blocks and connections as they were. */
let last: { ids: string; edges: readonly Edge[]; layout: Layout } | null = null;

/** The automatic layout of a whole design; its upper left corner is 0, 0. The answer is shared: copy it to change it. */
export function layoutOf(architecture: ModelArchitecture): Layout {
  const key = architecture.components.map(({ id }) => id).join(" ");
  if (last && last.edges === architecture.edges && last.ids === key) return last.layout;
  const layout = laidOut(architecture);
  // A draft or an array that was changed in place would look like the same one: only frozen ones are remembered.
  if (Object.isFrozen(architecture.edges)) last = { ids: key, edges: architecture.edges, layout };
  return layout;
}

function laidOut(architecture: ModelArchitecture): Layout {
  const { ids, inputs, outputs } = graphOf(architecture);
  const layers = layersOf(ids, inputs, outputs);
  const rows = slotsOf(ids, inputs, layers);
  orderLayers(rows);
  placeAcross(rows);
  return measured(rows);
}

/** Saved places where a block has them, the automatic layout for the rest. */
export function positionsOf(architecture: ModelArchitecture): Map<string, Point> {
  const saved = new Map<string, Point>();
  for (const { id, props } of architecture.components) {
    const { x, y } = props;
    if (typeof x === "number" && typeof y === "number") saved.set(id, { x, y });
  }
  if (saved.size === architecture.components.length) return saved;
  const nodes = new Map(layoutOf(architecture).nodes);
  for (const [id, place] of saved) nodes.set(id, place);
  return nodes;
}

/** Forward order without the connections that close a loop: layouts need no valid design. */
function graphOf({ components, edges }: ModelArchitecture): { ids: string[]; inputs: Neighbours; outputs: Neighbours } {
  const known = new Map<string, string[]>(components.map(({ id }) => [id, []]));
  const raw = new Map<string, string[]>(components.map(({ id }) => [id, []]));
  for (const [from, to] of edges) {
    if (from === to || !known.has(from) || !known.has(to) || known.get(to)?.includes(from)) continue;
    known.get(to)?.push(from);
    raw.get(from)?.push(to);
  }
  const ids = forwardOrder([...known.keys()], known, raw);
  const place = new Map(ids.map((id, at) => [id, at]));
  const isForward = (from: string, to: string): boolean => (place.get(from) ?? 0) < (place.get(to) ?? 0);
  return {
    ids,
    inputs: new Map(ids.map((id) => [id, (known.get(id) ?? []).filter((from) => isForward(from, id))])),
    outputs: new Map(ids.map((id) => [id, (raw.get(id) ?? []).filter((to) => isForward(id, to))])),
  };
}

/** Kahn's algorithm; where only loops are left, the first block of the document goes on. */
function forwardOrder(ids: string[], inputs: Neighbours, outputs: Neighbours): string[] {
  const waiting = new Map(ids.map((id) => [id, inputs.get(id)?.length ?? 0]));
  const order: string[] = [];
  const placed = new Set<string>();
  const ready = ids.filter((id) => waiting.get(id) === 0);
  let scan = 0;
  while (order.length < ids.length) {
    let id = ready.shift();
    while (id === undefined) {
      const next = ids[scan];
      scan += 1;
      if (next !== undefined && !placed.has(next)) id = next;
    }
    if (placed.has(id)) continue;
    placed.add(id);
    order.push(id);
    for (const target of outputs.get(id) ?? []) {
      const left = (waiting.get(target) ?? 0) - 1;
      waiting.set(target, left);
      if (left === 0 && !placed.has(target)) ready.push(target);
    }
  }
  return order;
}

/** Each block as low as its longest way from the start; then side branches move down to what reads them. */
function layersOf(ids: readonly string[], inputs: Neighbours, outputs: Neighbours): Map<string, number> {
  const layer = new Map<string, number>();
  for (const id of ids) {
    layer.set(id, Math.max(-1, ...(inputs.get(id) ?? []).map((from) => layer.get(from) ?? 0)) + 1);
  }
  for (const id of [...ids].reverse()) {
    const targets = outputs.get(id) ?? [];
    if (targets.length === 0 || (inputs.get(id) ?? []).length > 0) continue;
    // Only blocks without input can drop freely: a second source belongs right above its reader.
    layer.set(id, Math.min(...targets.map((to) => layer.get(to) ?? 0)) - 1);
  }
  return layer;
}

function slotsOf(ids: readonly string[], inputs: Neighbours, layers: ReadonlyMap<string, number>): Slot[][] {
  const rows: Slot[][] = [];
  const add = (id: string, isLane: boolean, layer: number): Slot => {
    const slot: Slot = { id, isLane, layer, above: [], below: [], x: 0 };
    (rows[layer] ??= []).push(slot);
    return slot;
  };
  const slots = new Map(ids.map((id) => [id, add(id, false, layers.get(id) ?? 0)]));
  const link = (upper: Slot, lower: Slot): void => {
    upper.below.push(lower);
    lower.above.push(upper);
  };
  let lanes = 0;
  for (const id of ids) {
    const target = slots.get(id);
    for (const from of inputs.get(id) ?? []) {
      let at = slots.get(from);
      if (!at || !target) continue;
      const span = target.layer - at.layer;
      if (span > 1 && lanes + span > MAX_LANES) continue;
      for (let layer = at.layer + 1; layer < target.layer; layer += 1) {
        const lane = add(`${from} ${id}`, true, layer);
        link(at, lane);
        at = lane;
        lanes += 1;
      }
      link(at, target);
    }
  }
  for (let layer = 0; layer < rows.length; layer += 1) rows[layer] ??= [];
  return rows;
}

/** Moves every slot towards its neighbours, a row at a time, without ever swapping two. */
function placeAcross(rows: Slot[][]): void {
  for (const row of rows) place(row, row.map((_, at) => at));
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const isDown = sweep % 2 === 0;
    for (const row of isDown ? rows : [...rows].reverse()) {
      place(
        row,
        row.map((slot) => wanted(slot, isDown)),
      );
    }
  }
}

/** A block stands below the blocks that it reads; a lane goes straight on. */
function wanted(slot: Slot, isDown: boolean): number {
  const near = isDown ? slot.above : slot.below;
  const blocks = near.filter(({ isLane }) => !isLane);
  // What leaves a block in a long way does not pull it: the way bends, the block stays in its chain.
  const pull = slot.isLane || (isDown && blocks.length === 0) ? near : blocks;
  if (pull.length === 0) return slot.x;
  return pull.reduce((sum, { x }) => sum + x, 0) / pull.length;
}

const halfOf = (slot: Slot): number => (slot.isLane ? LANE_WIDTH : NODE_WIDTH + GAP_X) / 2;

/** The places nearest to `targets` that keep the order and the distances (pool adjacent violators). */
function place(row: Slot[], targets: number[]): void {
  const offsets: number[] = [];
  row.forEach((slot, at) => {
    const before = row[at - 1];
    offsets.push(before ? (offsets[at - 1] ?? 0) + halfOf(before) + halfOf(slot) : 0);
  });
  const pools: { sum: number; weight: number; count: number }[] = [];
  row.forEach((slot, at) => {
    const weight = slot.isLane ? LANE_WEIGHT : 1;
    let pool = { sum: ((targets[at] ?? 0) - (offsets[at] ?? 0)) * weight, weight, count: 1 };
    for (let last = pools.at(-1); last && last.sum / last.weight > pool.sum / pool.weight; last = pools.at(-1)) {
      pool = { sum: pool.sum + last.sum, weight: pool.weight + last.weight, count: pool.count + last.count };
      pools.pop();
    }
    pools.push(pool);
  });
  let at = 0;
  for (const { sum, weight, count } of pools) {
    for (let left = count; left > 0; left -= 1, at += 1) {
      const slot = row[at];
      if (slot) slot.x = sum / weight + (offsets[at] ?? 0);
    }
  }
}

function measured(rows: Slot[][]): Layout {
  const slots = rows.flat().filter(({ isLane }) => !isLane);
  const left = Math.min(...slots.map(({ x }) => x), Infinity) - NODE_WIDTH / 2;
  const right = Math.max(...slots.map(({ x }) => x), -Infinity) + NODE_WIDTH / 2;
  const nodes = new Map<string, Point>();
  for (const { id, x, layer } of slots) {
    nodes.set(id, { x: Math.round(x - left), y: layer * (NODE_HEIGHT + GAP_Y) + NODE_HEIGHT / 2 });
  }
  if (slots.length === 0) return { nodes, width: 0, height: 0 };
  return { nodes, width: Math.round(right - left), height: rows.length * (NODE_HEIGHT + GAP_Y) - GAP_Y };
}
