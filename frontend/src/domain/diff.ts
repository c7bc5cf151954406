/** What changed between two designs, block by block, as data and in words. Where a block was drawn counts as "moved". */
import { type Block, catalogue, type MetaName, metaProps } from "./catalogue";
import { inputsOf, sameList } from "./mergeEdges";
import { isLayout } from "./same";
import { labelsById } from "./stack";
import type { ModelArchitecture, ModelComponent, PropValue } from "./types";

export interface PropChange {
  name: string;
  label: string;
  /** Null where the prop was not set: then the catalogue's or the design's default held. */
  from: PropValue | null;
  to: PropValue | null;
}

export interface BlockChange {
  id: string;
  label: string;
  type: string;
  kind: "added" | "removed" | "changed";
  props: PropChange[];
  /** The kind of block that it was, where that changed under one id. */
  typeBefore: string | null;
  /** Labels of what it reads, where that changed. */
  inputs: { from: string[]; to: string[] } | null;
}

export interface DesignDiff {
  name: { from: string; to: string } | null;
  meta: PropChange[];
  blocks: BlockChange[];
  /** Connections of surviving and new blocks that came or went. */
  connections: { added: number; removed: number };
  /** Blocks that only changed place on the canvas. */
  moved: number;
}

const META_LABEL: Record<MetaName, string> = { d_model: "Default width", n_heads: "Default heads", n_experts: "Default experts" };

/** Block by block, in the order of the newer design; removed blocks come last. */
export function diffDesigns(before: ModelArchitecture, after: ModelArchitecture): DesignDiff {
  const old = new Map(before.components.map((component) => [component.id, component]));
  const now = new Set(after.components.map(({ id }) => id));
  const [oldLabels, newLabels] = [labelsById(before), labelsById(after)];
  const [oldInputs, newInputs] = before.edges === after.edges ? [null, null] : [inputsOf(before), inputsOf(after)];
  const words = (ids: readonly string[], labels: ReadonlyMap<string, string>): string[] => ids.map((id) => labels.get(id) ?? id);
  const rewired = (id: string): BlockChange["inputs"] => {
    const [from, to] = [oldInputs?.get(id) ?? [], newInputs?.get(id) ?? []];
    return sameList(from, to) ? null : { from: words(from, oldLabels), to: words(to, newLabels) };
  };
  let moved = 0;
  const blocks = after.components.flatMap((component): BlockChange[] => {
    const { id, type } = component;
    const was = old.get(id);
    const label = newLabels.get(id) ?? id;
    if (!was) return [{ id, label, type, kind: "added", props: [], typeBefore: null, inputs: null }];
    const props = propChanges(was, component);
    const inputs = rewired(id);
    const typeBefore = was.type === type ? null : was.type;
    if (props.length === 0 && !inputs && typeBefore === null) {
      moved += hasMoved(was, component) ? 1 : 0;
      return [];
    }
    return [{ id, label, type, kind: "changed", props, typeBefore, inputs }];
  });
  const removed = before.components
    .filter(({ id }) => !now.has(id))
    .map(({ id, type }): BlockChange => {
      return { id, label: oldLabels.get(id) ?? id, type, kind: "removed", props: [], typeBefore: null, inputs: null };
    });
  return {
    name: before.name === after.name ? null : { from: before.name, to: after.name },
    meta: metaChanges(before, after),
    blocks: [...blocks, ...removed],
    connections: connectionCounts(before, after),
    moved,
  };
}

function propChanges(was: ModelComponent, now: ModelComponent): PropChange[] {
  if (was.props === now.props) return [];
  const block = catalogue.get(now.type);
  const names = new Set([...Object.keys(was.props), ...Object.keys(now.props)]);
  return [...names]
    .filter((name) => !isLayout(name) && was.props[name] !== now.props[name])
    .map((name) => {
      const label = block?.props.get(name)?.label ?? name;
      return { name, label, from: was.props[name] ?? null, to: now.props[name] ?? null };
    });
}

function hasMoved(was: ModelComponent, now: ModelComponent): boolean {
  return ["x", "y"].some((axis) => was.props[axis] !== now.props[axis]);
}

function metaChanges(before: ModelArchitecture, after: ModelArchitecture): PropChange[] {
  return [...metaProps.keys()]
    .filter((name) => before.meta[name] !== after.meta[name])
    .map((name) => ({ name, label: META_LABEL[name], from: before.meta[name], to: after.meta[name] }));
}

function connectionCounts(before: ModelArchitecture, after: ModelArchitecture): DesignDiff["connections"] {
  if (before.edges === after.edges) return { added: 0, removed: 0 };
  const [old, now] = [new Set(before.edges.map(String)), new Set(after.edges.map(String))];
  return { added: [...now].filter((edge) => !old.has(edge)).length, removed: [...old].filter((edge) => !now.has(edge)).length };
}

/** How many things a reader of the diff is told. */
export function changeCount(diff: DesignDiff): number {
  return (diff.name ? 1 : 0) + diff.meta.length + diff.blocks.length + (diff.moved > 0 ? 1 : 0);
}

/** A prop's value as people read it. */
export function valueText(block: Block | null | undefined, name: string, value: PropValue | null): string {
  if (value === null) return "default";
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value === "number") return String(value);
  return block?.props.get(name)?.choices.find((choice) => choice.value === value)?.label ?? value;
}

/** One short line, for example "Width of Embedding 128" or "Add and 2 more changes". */
export function diffSummary(diff: DesignDiff): string {
  const lines = diffLines(diff);
  const [first] = lines;
  if (first === undefined) return diff.moved > 0 ? (diff.moved === 1 ? "Block moved" : `${diff.moved} blocks moved`) : "No changes";
  if (lines.length === 1) return first;
  return `${first} and ${lines.length - 1} more ${lines.length === 2 ? "change" : "changes"}`;
}

/** One line per change; connections that only follow from added and removed blocks are not told again. */
export function diffLines(diff: DesignDiff): string[] {
  const lines: string[] = [];
  const told = diff.blocks.some(({ kind }) => kind !== "changed");
  for (const { kind, label } of diff.blocks) {
    if (kind !== "changed") lines.push(`${label} ${kind}`);
  }
  if (diff.name) lines.push(`Name ${diff.name.to}`);
  for (const { label, name, to } of diff.meta) lines.push(`${label} ${valueText(null, name, to)}`);
  for (const { kind, label, type, props, typeBefore, inputs } of diff.blocks) {
    if (kind !== "changed") continue;
    if (typeBefore !== null) lines.push(`${label} instead of ${catalogue.get(typeBefore)?.title ?? typeBefore}`);
    for (const prop of props) lines.push(`${prop.label} of ${label} ${valueText(catalogue.get(type), prop.name, prop.to)}`);
    if (inputs && !told) lines.push(inputs.to.length === 0 ? `${label} reads nothing` : `${label} reads ${inputs.to.join(", ")}`);
  }
  return lines;
}
