/** Whether two designs, or parts of them, are the same. */
import { catalogue } from "./catalogue";
import type { ModelArchitecture, PropValue } from "./types";

type Props = Readonly<Record<string, PropValue>>;

/** Whether two values of a prop are the same, absent ones included. */
export function sameValue(a: PropValue | undefined, b: PropValue | undefined): boolean {
  return a === b;
}

/** Where a block was drawn is no difference, unless `withPlace`. */
export function sameProps(a: Props, b: Props, withPlace = false): boolean {
  if (a === b) return true;
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => (!withPlace && isLayout(name)) || sameValue(a[name], b[name]));
}

const LAYOUT = new Set([...catalogue.values()].flatMap((block) => [...block.props.values()].filter((prop) => prop.layout).map(({ name }) => name)));

/** Whether a prop only says where a block is drawn. */
export function isLayout(prop: string): boolean {
  return LAYOUT.has(prop);
}

/** Whether two documents say the same to the last detail, whatever the order of their props. */
export function sameArchitecture(a: ModelArchitecture, b: ModelArchitecture): boolean {
  if (a === b) return true;
  return (
    a.name === b.name &&
    a.version === b.version &&
    a.meta.d_model === b.meta.d_model &&
    a.meta.n_heads === b.meta.n_heads &&
    a.meta.n_experts === b.meta.n_experts &&
    a.components.length === b.components.length &&
    a.edges.length === b.edges.length &&
    a.components.every((component, at) => {
      const other = b.components[at];
      if (component === other) return true;
      return other?.id === component.id && other.type === component.type && sameProps(component.props, other.props, true);
    }) &&
    a.edges.every(([from, to], at) => b.edges[at]?.[0] === from && b.edges[at][1] === to)
  );
}
