/** What a repair changes, in a few letters: before and after. */
import { catalogue } from "./catalogue";
import { componentOf, effectiveValue, sourcesOf } from "./edit";
import { labelsById } from "./stack";
import type { Fix, FixOp, ModelArchitecture } from "./types";

export interface Change {
  /** Null where something is only added. */
  before: string | null;
  after: string | null;
}

/** The change of a fix's first operation; the rest serves it. */
export function changeOf(design: ModelArchitecture, fix: Fix): Change | null {
  const [op] = fix.ops;
  if (!op) return null;
  const labels = labelsById(design);
  return changeOfOp(design, op, (id) => labels.get(id) ?? id);
}

function changeOfOp(design: ModelArchitecture, op: FixOp, label: (id: string) => string): Change {
  const title = (type: string): string => catalogue.get(type)?.title ?? type;
  switch (op.op) {
    case "set_prop":
      return { before: valueOf(design, op.component_id, op.prop), after: String(op.value) };
    case "remove_prop":
      return { before: op.prop, after: null };
    case "remove_edge":
      return { before: `${label(op.edge[0])} → ${label(op.edge[1])}`, after: null };
    case "add_edge":
      return { before: null, after: `${label(op.edge[0])} → ${label(op.edge[1])}` };
    case "remove":
      return { before: label(op.component_id), after: null };
    case "insert": {
      const [from, to] = op.between.map(label);
      return { before: `${from} → ${to}`, after: `${from} → ${title(op.type)} → ${to}` };
    }
    case "append":
      return { before: null, after: op.after === null ? title(op.type) : `${label(op.after)} → ${title(op.type)}` };
    case "merge_inputs": {
      const sources = sourcesOf(design, op.component_id).map(label).join(", ");
      return { before: `${sources} → ${label(op.component_id)}`, after: `${sources} → ${title(op.type)} → ${label(op.component_id)}` };
    }
  }
}

function valueOf(design: ModelArchitecture, id: string | null, name: string): string | null {
  if (id === null) return name in design.meta ? String(design.meta[name as keyof ModelArchitecture["meta"]]) : null;
  const component = componentOf(design, id);
  const prop = catalogue.get(component?.type ?? "")?.props.get(name);
  if (!component || !prop) return null;
  const value = effectiveValue(design, component, prop);
  return value === null ? null : String(value);
}
