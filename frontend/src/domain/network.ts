/** Whether two designs are the same network: where blocks stand, and the name, say nothing about it. */
import type { ModelArchitecture, ModelComponent } from "./types";

const LAYOUT = new Set(["x", "y"]);

/** Cheap where the two share parts, as immer's do. */
export function sameNetwork(a: ModelArchitecture, b: ModelArchitecture): boolean {
  return (
    a.id === b.id &&
    a.version === b.version &&
    sameJson(a.meta, b.meta) &&
    sameJson(a.edges, b.edges) &&
    a.components.length === b.components.length &&
    a.components.every((component, at) => sameBlock(component, b.components[at]))
  );
}

const sameJson = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

function sameBlock(a: ModelComponent, b: ModelComponent | undefined): boolean {
  if (a === b) return true;
  if (a.id !== b?.id || a.type !== b.type) return false;
  const names = new Set([...Object.keys(a.props), ...Object.keys(b.props)]);
  return [...names].every((name) => LAYOUT.has(name) || (name in a.props && name in b.props && a.props[name] === b.props[name]));
}
