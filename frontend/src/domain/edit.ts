/**
 * Operations on a design. Each changes the design it is given (in the store an immer draft) and keeps the order of the
 * edges it does not touch, since the first input of a block decides its shape.
 */
import { allows, type Block, catalogue, holds, limits, metaProps, type MetaName, type Prop } from "./catalogue";
import { parseDocument } from "./parse";
import { makeRoom } from "./place";
import { inferShapes, type Shape, shapeText } from "./shapes";
import type { Edge, ModelArchitecture, ModelComponent, PropValue } from "./types";

/** Where a block goes: onto a connection (heads that read the same source may come along), behind a block, or nowhere. */
export type Place =
  | { kind: "edge"; from: string; to: string; withHeads: boolean }
  | { kind: "after"; from: string }
  | { kind: "loose" };

export function componentOf(design: ModelArchitecture, id: string): ModelComponent | undefined {
  return design.components.find((component) => component.id === id);
}

export function blockOf(design: ModelArchitecture, id: string): Block | undefined {
  return catalogue.get(componentOf(design, id)?.type ?? "");
}

export function sourcesOf(design: ModelArchitecture, id: string): string[] {
  return design.edges.filter(([, to]) => to === id).map(([from]) => from);
}

export function targetsOf(design: ModelArchitecture, id: string): string[] {
  return design.edges.filter(([from]) => from === id).map(([, to]) => to);
}

export function isHead(design: ModelArchitecture, id: string): boolean {
  return blockOf(design, id)?.isHead ?? false;
}

/** The value that a block works with: its own prop, else the design's default, else the catalogue's. */
export function effectiveValue(design: ModelArchitecture, component: ModelComponent, prop: Prop): PropValue | null {
  if (Object.hasOwn(component.props, prop.name)) return component.props[prop.name] ?? null;
  return prop.defaultFrom ? design.meta[prop.defaultFrom] : prop.default;
}

/** The props that mean something with the others as they are: no places on the canvas, no step of a bias that is off. */
export function shownProps(design: ModelArchitecture, component: ModelComponent): Prop[] {
  const props = catalogue.get(component.type)?.props ?? new Map<string, Prop>();
  const values = new Map([...props.values()].map((prop) => [prop.name, effectiveValue(design, component, prop)]));
  return [...props.values()].filter((prop) => !prop.layout && holds(prop.shownWhen, values));
}

/** What flows out of a component as far as it can be told; null for the board itself. */
export function flowAfter(design: ModelArchitecture, id: string): Shape | null {
  const { design: graph } = parseDocument(design);
  const shape = inferShapes(graph).get(id) ?? null;
  return shape?.kind === "board" ? null : shape;
}

export function freshId(design: ModelArchitecture, type: string): string {
  const taken = new Set(design.components.map(({ id }) => id));
  for (let count = 1; ; count += 1) {
    const id = `${type}_${count}`;
    if (!taken.has(id)) return id;
  }
}

const NICE_WIDTHS = { multipleOf: 8, most: 512 };

/** Whether a new layer had better be as wide as what comes in, rather than as the design's default. */
function isNiceWidth(width: number): boolean {
  return width % NICE_WIDTHS.multipleOf === 0 && width <= NICE_WIDTHS.most;
}

/** Props for a new block whose input is `width` wide: the catalogue's defaults, bent so that they fit. */
export function startingProps(design: ModelArchitecture, block: Block, width: number | null): Record<string, PropValue> {
  const props: Record<string, PropValue> = {};
  for (const prop of block.props.values()) {
    if (prop.layout) continue;
    let value = prop.defaultFrom ? design.meta[prop.defaultFrom] : prop.default;
    if (width !== null) {
      const isOutput = prop.name === block.outputWidth && !block.accepts.includes("board");
      if (prop.name === block.inputWidth || (isOutput && isNiceWidth(width))) value = width;
    }
    if (typeof value === "number" && prop.min !== null) value = Math.max(prop.min, value);
    if (value !== null) props[prop.name] = value;
  }
  for (const prop of block.props.values()) {
    const whole = props[prop.divides ?? ""];
    const value = props[prop.name];
    if (typeof whole === "number" && typeof value === "number" && whole > 0) props[prop.name] = divisorUpTo(whole, value);
  }
  return props;
}

function divisorUpTo(whole: number, atMost: number): number {
  let divisor = Math.max(1, Math.min(whole, atMost));
  while (whole % divisor !== 0) divisor -= 1;
  return divisor;
}

/** Adds a block and wires it; returns its id. */
export function insertBlock(
  design: ModelArchitecture,
  type: string,
  place: Place,
  props?: Record<string, PropValue>,
): string {
  const block = catalogue.get(type);
  if (!block) throw new Error(`no block of type ${type}`);
  const id = freshId(design, type);
  const from = place.kind === "loose" ? null : place.from;
  const width = from === null ? null : (flowAfter(design, from)?.width ?? null);
  addComponent(design, { id, type, props: { ...startingProps(design, block, width), ...props } }, from);
  if (block.maxInputs === 0) {
    feedTheUnfed(design, id);
  } else if (from !== null) {
    wire(design, id, block, from, place);
  }
  makeRoom(design, id);
  return id;
}

function addComponent(design: ModelArchitecture, component: ModelComponent, after: string | null): void {
  const at = after === null ? -1 : design.components.findIndex(({ id }) => id === after);
  if (at >= 0) design.components.splice(at + 1, 0, component);
  else if (catalogue.get(component.type)?.maxInputs === 0) design.components.unshift(component);
  else design.components.push(component);
}

function wire(design: ModelArchitecture, id: string, block: Block, from: string, place: Place): void {
  if (place.kind !== "edge" || block.isHead) {
    design.edges.push([from, id]);
  } else {
    const moves = ([source, target]: Edge): boolean =>
      source === from && (target === place.to || (place.withHeads && isHead(design, target)));
    const first = design.edges.findIndex(moves);
    design.edges.forEach((edge) => {
      if (moves(edge)) edge[0] = id;
    });
    design.edges.splice(Math.max(first, 0), 0, [from, id]);
  }
  const second = block.minInputs > 1 ? residualSource(design, from, id) : null;
  if (second !== null) connect(design, second, id);
}

/** The nearest block before `from` that gives the same shape: what a residual connection would merge. */
function residualSource(design: ModelArchitecture, from: string, id: string): string | null {
  const { design: graph } = parseDocument(design);
  const shapes = inferShapes(graph);
  const text = textOf(shapes.get(from));
  const seen = new Set([from, id]);
  let [at] = sourcesOf(design, from);
  for (; at !== undefined && !seen.has(at); [at] = sourcesOf(design, at)) {
    seen.add(at);
    if (textOf(shapes.get(at)) === text) return at;
  }
  return null;
}

function textOf(shape: Shape | null | undefined): string {
  return shape ? shapeText(shape) : "";
}

function feedTheUnfed(design: ModelArchitecture, board: string): void {
  for (const { id, type } of design.components) {
    const takesBoard = catalogue.get(type)?.accepts.includes("board") ?? false;
    if (takesBoard && sourcesOf(design, id).length === 0) design.edges.push([board, id]);
  }
}

/** Takes a block out; what read it reads its first input instead. */
export function removeBlock(design: ModelArchitecture, id: string): void {
  unwire(design, id);
  design.components = design.components.filter((component) => component.id !== id);
}

function unwire(design: ModelArchitecture, id: string): void {
  const [source] = sourcesOf(design, id).filter((from) => from !== id);
  const edges: Edge[] = [];
  for (const [from, to] of design.edges) {
    if (to === id) continue;
    const next: Edge = from === id ? [source ?? "", to] : [from, to];
    const useless = next[0] === "" || next[0] === next[1] || edges.some((edge) => sameEdge(edge, next));
    if (!useless) edges.push(next);
  }
  design.edges = edges;
}

/** Puts a copy behind a block (beside it, for a head); returns the copy's id. */
export function duplicateBlock(design: ModelArchitecture, id: string): string | null {
  const component = componentOf(design, id);
  const block = blockOf(design, id);
  if (!component || !block || block.maxInputs === 0 || design.components.length >= limits.components) return null;
  const props = Object.fromEntries(Object.entries(component.props).filter(([name]) => !block.props.get(name)?.layout));
  const copy: ModelComponent = { id: freshId(design, component.type), type: component.type, props };
  const sources = sourcesOf(design, id);
  addComponent(design, copy, id);
  if (block.isHead) {
    sources.forEach((from) => design.edges.push([from, copy.id]));
    makeRoom(design, copy.id);
    return copy.id;
  }
  design.edges.forEach((edge) => {
    if (edge[0] === id) edge[0] = copy.id;
  });
  design.edges.push([id, copy.id]);
  if (block.minInputs > 1) sources.slice(1, 2).forEach((from) => connect(design, from, copy.id));
  makeRoom(design, copy.id);
  return copy.id;
}

export type Direction = "up" | "down";

/** Whether a block of one input and one output side can change places with its neighbour in the chain. */
export function canMove(design: ModelArchitecture, id: string, direction: Direction): boolean {
  return moveTarget(design, id, direction) !== null;
}

function moveTarget(design: ModelArchitecture, id: string, direction: Direction): Place | null {
  const block = blockOf(design, id);
  const [source, ...more] = sourcesOf(design, id);
  if (!block || block.isHead || block.maxInputs !== 1 || source === undefined || more.length > 0) return null;
  if (direction === "up") {
    const [before] = sourcesOf(design, source);
    return before === undefined ? null : { kind: "edge", from: before, to: source, withHeads: false };
  }
  const target = targetsOf(design, id).find((to) => !isHead(design, to));
  const after = target === undefined ? undefined : targetsOf(design, target)[0];
  return target === undefined || after === undefined
    ? null
    : { kind: "edge", from: target, to: after, withHeads: isHead(design, after) };
}

/** Changes places with the neighbour in the chain; does nothing where that is impossible. */
export function moveBlock(design: ModelArchitecture, id: string, direction: Direction): void {
  const place = moveTarget(design, id, direction);
  const component = componentOf(design, id);
  const block = blockOf(design, id);
  if (place?.kind !== "edge" || !component || !block) return;
  unwire(design, id);
  design.components = design.components.filter((other) => other.id !== id);
  addComponent(design, component, place.from);
  wire(design, id, block, place.from, place);
}

export function setProp(design: ModelArchitecture, id: string | null, prop: string, value: PropValue): void {
  if (id === null) {
    if (metaProps.has(prop as MetaName) && typeof value === "number") design.meta[prop as MetaName] = value;
    return;
  }
  const component = componentOf(design, id);
  if (component) component.props[prop] = value;
}

/**
 * Gives every block that must have its input's width the width `width`, the layers before them that had the old one,
 * and new blocks too; heads are lowered until they divide it.
 */
export function setWidthEverywhere(design: ModelArchitecture, width: number): void {
  const old = new Set(design.components.map((component) => ownWidth(design, component)));
  design.meta.d_model = width;
  design.meta.n_heads = divisorUpTo(width, design.meta.n_heads);
  for (const component of design.components) {
    const block = catalogue.get(component.type);
    const [input, output] = [widthProp(design, component, "inputWidth"), widthProp(design, component, "outputWidth")];
    if (input) component.props[input.prop.name] = width;
    if (output && old.has(output.value) && allows(output.prop, width)) component.props[output.prop.name] = width;
    for (const prop of block?.props.values() ?? []) {
      const value = effectiveValue(design, component, prop);
      if (prop.divides && typeof value === "number" && width % value !== 0) {
        component.props[prop.name] = divisorUpTo(width, value);
      }
    }
  }
}

/** The width that a block works in: what it must be given, or what an embedding makes of the board. */
function ownWidth(design: ModelArchitecture, component: ModelComponent): PropValue | null {
  const prop = catalogue.get(component.type)?.props.get("d_model");
  return prop ? effectiveValue(design, component, prop) : null;
}

function widthProp(
  design: ModelArchitecture,
  component: ModelComponent,
  side: "inputWidth" | "outputWidth",
): { prop: Prop; value: PropValue | null } | null {
  const block = catalogue.get(component.type);
  const prop = block?.props.get(block[side] ?? "");
  return prop ? { prop, value: effectiveValue(design, component, prop) } : null;
}

export function connect(design: ModelArchitecture, from: string, to: string): void {
  if (design.edges.some((edge) => sameEdge(edge, [from, to]))) return;
  if (blockOf(design, to)?.maxInputs === 1) disconnectAll(design, to);
  design.edges.push([from, to]);
}

/** Removes one connection; of a repeated one, the last. */
export function disconnect(design: ModelArchitecture, from: string, to: string): void {
  const at = design.edges.findLastIndex((edge) => sameEdge(edge, [from, to]));
  if (at >= 0) design.edges.splice(at, 1);
}

export function disconnectAll(design: ModelArchitecture, to: string): void {
  design.edges = design.edges.filter((edge) => edge[1] !== to);
}

export function sameEdge(a: Edge, b: Edge): boolean {
  return a[0] === b[0] && a[1] === b[1];
}
