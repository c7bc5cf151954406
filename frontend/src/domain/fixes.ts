/** One-tap repairs: what the operations of an issue's `fix` do to a design. */
import { catalogue } from "./catalogue";
import { componentOf, connect, disconnect, disconnectAll, insertBlock, type Place, removeBlock, setProp, sourcesOf } from "./edit";
import type { Fix, FixOp, ModelArchitecture } from "./types";

/** Applies every operation in order. Changes `design` (an immer draft in the store). */
export function applyFix(design: ModelArchitecture, fix: Fix): void {
  fix.ops.forEach((op) => applyOp(design, op));
}

function applyOp(design: ModelArchitecture, op: FixOp): void {
  switch (op.op) {
    case "set_prop":
      setProp(design, op.component_id, op.prop, op.value);
      break;
    case "remove_prop":
      removeProp(design, op.component_id, op.prop);
      break;
    case "remove_edge":
      disconnect(design, op.edge[0], op.edge[1]);
      break;
    case "add_edge":
      if (op.edge.every((id) => componentOf(design, id))) connect(design, op.edge[0], op.edge[1]);
      break;
    case "remove":
      removeBlock(design, op.component_id);
      break;
    case "insert":
      insertBlock(design, op.type, { kind: "edge", from: op.between[0], to: op.between[1], withHeads: false }, op.props);
      break;
    case "append":
      insertBlock(design, op.type, appendPlace(design, op.after), op.props);
      break;
    case "merge_inputs":
      mergeInputs(design, op.component_id, op.type);
      break;
  }
}

function appendPlace(design: ModelArchitecture, after: string | null): Place {
  return after !== null && componentOf(design, after) ? { kind: "after", from: after } : { kind: "loose" };
}

function removeProp(design: ModelArchitecture, id: string | null, prop: string): void {
  const component = id === null ? undefined : componentOf(design, id);
  if (component) component.props = Object.fromEntries(Object.entries(component.props).filter(([name]) => name !== prop));
}

/** A new block of `type` reads all that `id` read, and `id` reads only it. */
function mergeInputs(design: ModelArchitecture, id: string, type: string): void {
  const sources = sourcesOf(design, id);
  if (!catalogue.has(type) || sources.length === 0) return;
  const merge = insertBlock(design, type, { kind: "loose" }, {});
  const at = design.components.findIndex((component) => component.id === id);
  const [component] = design.components.splice(-1, 1);
  if (component) design.components.splice(at, 0, component);
  disconnectAll(design, id);
  sources.forEach((from) => design.edges.push([from, merge]));
  design.edges.push([merge, id]);
}
