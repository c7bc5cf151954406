/** A design as a vertical stack of cards in forward order, with the branches that leave the straight line. */
import { type Block, catalogue, type Prop } from "./catalogue";
import { effectiveValue, type Place, shownProps } from "./edit";
import { formatShape } from "./format";
import type { Design } from "./graph";
import { parseDocument } from "./parse";
import type { Shape } from "./shapes";
import type { Issue, ModelArchitecture, ModelComponent } from "./types";
import type { Analysis } from "./validate";

export interface Source {
  id: string;
  label: string;
}

export interface StackRow {
  component: ModelComponent;
  block: Block | null;
  /** The block's title, numbered where the design has several of its type. */
  label: string;
  /** Its main props in a few words, for example "4 heads · ×2 feed-forward". */
  summary: string;
  sources: Source[];
  /** Whether its first input is the card right above it. */
  follows: boolean;
  /** Where the "+" above this card puts a block; null where nothing leads in. */
  place: Place | null;
  shape: Shape | null;
  params: number;
  /** Part of all parameters, 0 to 1. */
  share: number;
  issues: Issue[];
}

/** A connection that skips cards: drawn in the gutter from row `from` to row `to`, in its own lane. */
export interface Rail {
  from: number;
  to: number;
  lane: number;
}

export interface Stack {
  rows: StackRow[];
  rails: Rail[];
  lanes: number;
}

/** Forward order that keeps a chain together: after a block comes, if it is ready, one that reads it. */
export function stackOrder(design: Design): string[] {
  const place = new Map(design.components.map(({ id }, at) => [id, at]));
  const waiting = new Map(design.components.map(({ id }) => [id, design.inputsOf(id).length]));
  const ready = design.components.filter(({ id }) => waiting.get(id) === 0).map(({ id }) => id);
  const order: string[] = [];
  const rank = (id: string): number => {
    const isLate = design.byId.get(id)?.block?.isHead ?? false;
    const followsLast = design.inputsOf(id).includes(order.at(-1) ?? "");
    return (isLate ? 1e6 : 0) + (followsLast ? 0 : 1e4) + (place.get(id) ?? 0);
  };
  while (ready.length > 0) {
    ready.sort((a, b) => rank(a) - rank(b));
    const id = ready.shift() ?? "";
    order.push(id);
    for (const target of design.outputsOf(id)) {
      const left = (waiting.get(target) ?? 0) - 1;
      waiting.set(target, left);
      if (left === 0) ready.push(target);
    }
  }
  const placed = new Set(order);
  return [...order, ...design.components.map(({ id }) => id).filter((id) => !placed.has(id))];
}

/** Everything that the list of cards shows. */
export function buildStack(architecture: ModelArchitecture, analysis: Analysis | null): Stack {
  const { design } = parseDocument(architecture);
  const order = stackOrder(design);
  const labels = labelsOf(architecture, order);
  const byId = new Map(architecture.components.map((component) => [component.id, component]));
  const total = Math.max(1, analysis?.paramCount ?? 1);
  const rows = order.flatMap((id, at): StackRow[] => {
    const component = byId.get(id);
    if (!component) return [];
    const block = catalogue.get(component.type) ?? null;
    const sources = design.inputsOf(id).map((from) => ({ id: from, label: labels.get(from) ?? from }));
    const follows = sources[0] !== undefined && sources[0].id === order[at - 1];
    const params = analysis?.componentParams[id] ?? 0;
    return [
      {
        component,
        block,
        label: labels.get(id) ?? id,
        summary: block ? summaryOf(architecture, component, block) : component.type,
        sources,
        follows,
        place: placeAbove(id, block, sources, follows),
        shape: analysis?.shapes[id] ?? null,
        params,
        share: params / total,
        issues: analysis?.result.issues.filter((issue) => issue.component_id === id) ?? [],
      },
    ];
  });
  return { rows, ...railsOf(design, order) };
}

function placeAbove(id: string, block: Block | null, sources: Source[], follows: boolean): Place | null {
  const [first] = sources;
  if (!first) return null;
  return { kind: "edge", from: first.id, to: id, withHeads: follows && (block?.isHead ?? false) };
}

/** Titles by id; those of one type are numbered in forward order. */
export function labelsOf(architecture: ModelArchitecture, order: readonly string[]): Map<string, string> {
  const types = new Map(architecture.components.map(({ id, type }) => [id, type]));
  const counts = new Map<string, number>();
  for (const type of types.values()) counts.set(type, (counts.get(type) ?? 0) + 1);
  const seen = new Map<string, number>();
  const labels = new Map<string, string>();
  for (const id of order) {
    const type = types.get(id) ?? "";
    const title = catalogue.get(type)?.title ?? id;
    const number = (seen.get(type) ?? 0) + 1;
    seen.set(type, number);
    labels.set(id, (counts.get(type) ?? 0) > 1 ? `${title} ${number}` : title);
  }
  return labels;
}

/** Labels by component id for a design that is only shown, for example beside a run. */
export function labelsById(architecture: ModelArchitecture): Map<string, string> {
  return labelsOf(architecture, stackOrder(parseDocument(architecture).design));
}

function summaryOf(architecture: ModelArchitecture, component: ModelComponent, block: Block): string {
  const props = shownProps(architecture, component).filter((prop) => prop.name !== block.inputWidth);
  const sizes = props.filter(({ kind }) => kind === "int");
  // What is as usual goes without saying, unless the block has nothing else to say.
  const isUsual = (prop: Prop): boolean => effectiveValue(architecture, component, prop) === prop.default;
  const parts = props
    .filter((prop) => prop.kind === "int" || sizes.length === 0 || !isUsual(prop))
    .map((prop) => propText(architecture, component, prop));
  return parts.filter((part) => part !== "").join(" · ");
}

function propText(architecture: ModelArchitecture, component: ModelComponent, prop: Prop): string {
  const value = effectiveValue(architecture, component, prop);
  if (value === null) return "";
  if (typeof value === "boolean") return value ? prop.label.toLowerCase() : `no ${prop.label.toLowerCase()}`;
  if (typeof value === "string") {
    const choice = prop.choices.find((entry) => entry.value === value)?.label ?? value;
    return prop.name === "activation" ? (value === "none" ? "" : choice) : `${prop.label.toLowerCase()} ${lowerFirst(choice)}`;
  }
  if (prop.name === "kernel") return `${value}×${value} window`;
  if (prop.name === "ff_ratio") return `hidden ×${value}`;
  if (prop.name === "top_k") return `top ${value}`;
  if (prop.kind === "float") return `${prop.label.toLowerCase()} ${value}`;
  return `${value} ${singular(prop.unit ?? prop.label.toLowerCase(), value)}`;
}

function singular(unit: string, count: number): string {
  return count === 1 && unit.endsWith("s") ? unit.slice(0, -1) : unit;
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

function railsOf(design: Design, order: readonly string[]): { rails: Rail[]; lanes: number } {
  const row = new Map(order.map((id, at) => [id, at]));
  const jumps = design.edges
    .map(([from, to]) => ({ from: row.get(from) ?? 0, to: row.get(to) ?? 0 }))
    .filter(({ from, to }) => to > from + 1)
    .sort((a, b) => a.to - a.from - (b.to - b.from));
  const lanes: Rail[][] = [];
  const rails = jumps.map((jump) => {
    let lane = lanes.findIndex((taken) => taken.every((other) => other.to <= jump.from || other.from >= jump.to));
    if (lane < 0) lane = lanes.push([]) - 1;
    const rail = { ...jump, lane };
    lanes[lane]?.push(rail);
    return rail;
  });
  return { rails, lanes: lanes.length };
}

/** Where "Add block" puts a block when no place was tapped: before the outputs, else at the open end. */
export function defaultPlace(stack: Stack): Place {
  const head = stack.rows.find((row) => row.block?.isHead && row.place !== null);
  if (head?.place?.kind === "edge") return { ...head.place, withHeads: true };
  const last = stack.rows.findLast((row) => row.block !== null && !row.block.isHead);
  return last ? { kind: "after", from: last.component.id } : { kind: "loose" };
}

const HEADS: Record<string, string> = { action_output: "4 moves", value_output: "1 value", aux_loss_head: "a loss" };

/** What a block gives, in a few letters; null where that is not known. */
export function outputText({ block, shape }: StackRow): string | null {
  if (block?.isHead) return HEADS[block.type] ?? null;
  return shape ? formatShape(shape) : null;
}
