/** The design as the wire carries it (CONTRACT.md), and what validation says about it. */

export type PropValue = number | boolean | string;
export type Edge = [from: string, to: string];

export interface ModelComponent {
  id: string;
  type: string;
  props: Record<string, PropValue>;
}

export interface DesignMeta {
  d_model: number;
  n_heads: number;
  n_experts: number;
}

export interface ModelArchitecture {
  id: string;
  name: string;
  version: number;
  meta: DesignMeta;
  components: ModelComponent[];
  edges: Edge[];
}

export type Severity = "error" | "warning" | "info";

/** One step of a one-tap repair; a null `component_id` means the design's `meta`. */
export type FixOp =
  | { op: "set_prop"; component_id: string | null; prop: string; value: PropValue }
  | { op: "remove_prop"; component_id: string | null; prop: string }
  | { op: "remove_edge"; edge: Edge }
  | { op: "add_edge"; edge: Edge }
  | { op: "remove"; component_id: string }
  | { op: "insert"; between: Edge; type: string; props: Record<string, PropValue> }
  | { op: "append"; after: string | null; type: string; props: Record<string, PropValue> }
  | { op: "merge_inputs"; component_id: string; type: string };

export interface Fix {
  label: string;
  ops: FixOp[];
}

export interface Issue {
  code: string;
  severity: Severity;
  component_id: string | null;
  prop: string | null;
  message: string;
  fix: Fix | null;
}

/** The one table of numbers, as the server and torch have it. */
export interface DesignNumbers {
  param_count: number;
  /** Multiplications and additions of one forward pass over one board. */
  flops_per_board: number;
  training_memory_mb: number;
  onnx_bytes: number;
  /** On a phone, in its browser. */
  phone_ms_per_move: number;
}

/** What one component gives and costs. */
export interface BlockNumbers {
  /** For example "[B, 16, 64]"; null for a head. */
  output: string | null;
  params: number;
  flops: number;
}

/** `paramCount` is in millions and exact: `round(paramCount * 1e6)` parameters. */
export interface ValidationResult {
  valid: boolean;
  paramCount: number;
  estimatedMemory: number;
  errors: string[];
  issues: Issue[];
  numbers: DesignNumbers;
  blocks: Record<string, BlockNumbers>;
}

export type ShapeKind = "board" | "tokens" | "vector";
