/** Copy and paste of blocks between designs, as a JSON fragment that is hostile until it was read. */
import { catalogue, limits } from "./catalogue";
import { freshId } from "./edit";
import { parseDocument } from "./parse";
import { isLayout } from "./same";
import type { Edge, ModelArchitecture, ModelComponent, PropValue } from "./types";
import { toArchitecture } from "./validate";

/** What marks a text as blocks of this product. */
const KIND = "model-studio/blocks";

export interface Fragment {
  kind: typeof KIND;
  version: number;
  components: ModelComponent[];
  /** Those between the copied blocks. */
  edges: Edge[];
}

export type PasteFault = "empty" | "not-blocks" | "newer" | "too-many";

/** Why nothing was pasted. */
export class BadFragment extends Error {
  override readonly name = "BadFragment";

  constructor(readonly fault: PasteFault) {
    super(FAULT_TEXT[fault]);
  }
}

const FAULT_TEXT: Record<PasteFault, string> = {
  empty: "There are no blocks to paste. Copy some first.",
  "not-blocks": "What was copied holds no blocks of a design.",
  newer: "These blocks come from a newer version of Model Studio.",
  "too-many": `A design holds at most ${limits.components} blocks.`,
};

/** The blocks with the connections among them; their places are relative to the first one's corner. */
export function copyOf(architecture: ModelArchitecture, ids: readonly string[]): Fragment {
  const wanted = new Set(ids);
  const components = architecture.components.filter(({ id }) => wanted.has(id));
  const placed = components.map(({ props }) => props).filter(hasPlace);
  const [left, top] = [Math.min(...placed.map(({ x }) => x)), Math.min(...placed.map(({ y }) => y))];
  return {
    kind: KIND,
    version: limits.schema_version,
    components: components.map(({ id, type, props }) => ({
      id,
      type,
      props: hasPlace(props) ? { ...props, x: props.x - left, y: props.y - top } : { ...props },
    })),
    edges: architecture.edges.filter((edge) => edge.every((end) => wanted.has(end))).map(([from, to]) => [from, to]),
  };
}

function hasPlace(props: Record<string, PropValue>): props is Record<string, PropValue> & { x: number; y: number } {
  return typeof props["x"] === "number" && typeof props["y"] === "number";
}

/** Reads what may be a fragment. Throws BadFragment. */
export function readFragment(text: string): Fragment {
  if (text.trim() === "") throw new BadFragment("empty");
  if (text.length > limits.body_bytes) throw new BadFragment("not-blocks");
  const value = parsed(text);
  if (typeof value !== "object" || value === null || !("kind" in value) || value.kind !== KIND) throw new BadFragment("not-blocks");
  const { version, components, edges } = value as Partial<Fragment>;
  if (typeof version === "number" && version > limits.schema_version) throw new BadFragment("newer");
  const { design, issues } = parseDocument({ name: "Blocks", version, components, edges });
  const isMalformed = issues.some(({ severity, code }) => severity === "error" && !code.startsWith("prop."));
  if (isMalformed || design.components.length === 0) throw new BadFragment("not-blocks");
  const clean = toArchitecture(design);
  return { kind: KIND, version: clean.version, components: clean.components, edges: clean.edges };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) throw new BadFragment("not-blocks");
    throw error;
  }
}

/** Adds the blocks under new ids, at `at` where they have places; returns the ids. Throws BadFragment. */
export function pasteInto(draft: ModelArchitecture, fragment: Fragment, at?: { x: number; y: number }): string[] {
  if (draft.components.length + fragment.components.length > limits.components) throw new BadFragment("too-many");
  if (draft.edges.length + fragment.edges.length > limits.edges) throw new BadFragment("too-many");
  const ids = new Map<string, string>();
  for (const { id, type, props } of fragment.components) {
    const fresh = freshId(draft, type);
    ids.set(id, fresh);
    draft.components.push({ id: fresh, type, props: placedAt(props, at) });
  }
  for (const [from, to] of fragment.edges) draft.edges.push([ids.get(from) ?? "", ids.get(to) ?? ""]);
  return [...ids.values()];
}

/** Without a place the design's own layout decides. */
function placedAt(props: Record<string, PropValue>, at: { x: number; y: number } | undefined): Record<string, PropValue> {
  if (at && hasPlace(props)) return { ...props, x: props.x + at.x, y: props.y + at.y };
  return Object.fromEntries(Object.entries(props).filter(([name]) => !isLayout(name)));
}

/** "3 blocks", "Linear": what a fragment is called on a button. */
export function fragmentText({ components }: Fragment): string {
  const [only] = components;
  if (only && components.length === 1) return catalogue.get(only.type)?.title ?? "1 block";
  return `${components.length} blocks`;
}
