/** What the canvas shows of a design: plain data, made anew at each change and compared piece by piece. */
import type { CategoryId } from "../domain/catalogue";
import { formatShape, formatShort } from "../domain/format";
import { type Point, positionsOf } from "../domain/layout";
import { type Curve, routeEdges } from "../domain/routing";
import { outputText, type Stack, type StackRow } from "../domain/stack";
import type { Edge, ModelArchitecture } from "../domain/types";
import { SpatialIndex } from "./spatial";
import type { Box } from "./viewport";

export type Tone = "error" | "warning" | null;

export interface NodeView {
  id: string;
  type: string;
  category: CategoryId;
  title: string;
  summary: string;
  numbers: string;
  share: number;
  tone: Tone;
  hasInput: boolean;
  hasOutput: boolean;
  /** Changes when the picture of the block does. */
  key: string;
}

export interface EdgeView {
  edge: Edge;
  label: string;
  isBad: boolean;
}

export interface Scene {
  nodes: Map<string, NodeView>;
  places: Map<string, Point>;
  edges: EdgeView[];
  curves: (Curve | null)[];
  index: SpatialIndex;
}

export const emptyScene: Scene = { nodes: new Map(), places: new Map(), edges: [], curves: [], index: new SpatialIndex(new Map()) };

/** The scene of a design; curves and index of the scene before are kept where nothing moved. */
export function buildScene(design: ModelArchitecture, stack: Stack, before: Scene): Scene {
  const nodes = new Map(stack.rows.map((row) => [row.component.id, nodeOf(row)]));
  const places = positionsOf(design);
  const shapes = new Map(stack.rows.map((row) => [row.component.id, row.shape]));
  const bad = new Set(stack.rows.filter(hasMismatch).map((row) => row.component.id));
  const edges = design.edges
    .filter(([from, to]) => from !== to && nodes.has(from) && nodes.has(to))
    .map((edge): EdgeView => {
      const shape = shapes.get(edge[0]);
      return { edge, label: shape ? formatShape(shape) : "", isBad: bad.has(edge[1]) };
    });
  const isStill = samePlaces(places, before.places) && sameEdges(edges, before.edges);
  return {
    nodes,
    places,
    edges,
    curves: isStill
      ? before.curves
      : routeEdges(
          edges.map(({ edge }) => edge),
          places,
        ),
    index: isStill ? before.index : new SpatialIndex(places),
  };
}

function nodeOf(row: StackRow): NodeView {
  const { component, block } = row;
  const tone = toneOf(row);
  const view = {
    id: component.id,
    type: component.type,
    category: block?.category ?? ("layer" as const),
    title: row.label,
    summary: row.summary,
    numbers: numbersOf(row),
    share: row.share,
    tone,
    hasInput: (block?.maxInputs ?? 1) > 0,
    hasOutput: !(block?.isHead ?? false),
  };
  return { ...view, key: Object.values(view).join("\u0001") };
}

function toneOf({ issues }: StackRow): Tone {
  if (issues.some(({ severity }) => severity === "error")) return "error";
  return issues.some(({ severity }) => severity === "warning") ? "warning" : null;
}

/** "16 × 64 · 33k": what comes out, and the parameters. */
function numbersOf(row: StackRow): string {
  return [outputText(row) ?? "", row.params > 0 ? formatShort(row.params) : ""].filter((part) => part !== "").join("  ·  ");
}

function hasMismatch({ issues }: StackRow): boolean {
  return issues.some(({ code }) => code === "design.shape_mismatch" || code === "design.cycle");
}

function samePlaces(a: ReadonlyMap<string, Point>, b: ReadonlyMap<string, Point>): boolean {
  if (a.size !== b.size) return false;
  for (const [id, { x, y }] of a) {
    const other = b.get(id);
    if (other?.x !== x || other.y !== y) return false;
  }
  return true;
}

function sameEdges(a: readonly EdgeView[], b: readonly EdgeView[]): boolean {
  return a.length === b.length && a.every(({ edge }, at) => edge[0] === b[at]?.edge[0] && edge[1] === b[at].edge[1]);
}

/** The box around some places, with the blocks that stand there. */
export function boxAround(places: Iterable<Point>, halfWidth: number, halfHeight: number): Box | null {
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const { x, y } of places) {
    box.left = Math.min(box.left, x - halfWidth);
    box.right = Math.max(box.right, x + halfWidth);
    box.top = Math.min(box.top, y - halfHeight);
    box.bottom = Math.max(box.bottom, y + halfHeight);
  }
  return box.left === Infinity ? null : box;
}
