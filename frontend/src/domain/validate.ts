/** One call from a JSON document to the verdict that the server and the phone share: twin of `app/designs/validate.py`. */
import { limits } from "./catalogue";
import { estimate, type Estimate, numbersOf } from "./estimate";
import type { Design } from "./graph";
import { inReportOrder, makeIssue } from "./issues";
import { findMismatches } from "./mismatches";
import { parseDocument } from "./parse";
import { checkRules } from "./rules";
import { inferShapes, type Shape, type Shapes, shapeText } from "./shapes";
import type { BlockNumbers, ModelArchitecture, ValidationResult } from "./types";

/** The verdict, and what was read on the way. */
export interface Validation {
  design: Design;
  shapes: Shapes;
  estimate: Estimate;
  result: ValidationResult;
}

/** Parses and checks any JSON value; never throws on it. */
export function checkDocument(document: unknown): Validation {
  const { design, issues: found } = parseDocument(document);
  const shapes = inferShapes(design);
  const counted = estimate(design, shapes);
  const issues = [...found, ...checkRules(design), ...findMismatches(design, shapes)];
  if (counted.paramCount > limits.params) {
    issues.push(makeIssue("design.params_limit", { count: counted.paramCount, limit: limits.params }));
  }
  const reported = inReportOrder(issues);
  const errors = reported.filter((issue) => issue.severity === "error").map((issue) => issue.message);
  const numbers = numbersOf(counted);
  const result: ValidationResult = {
    valid: errors.length === 0,
    paramCount: counted.paramCount / 1e6,
    estimatedMemory: numbers.training_memory_mb,
    errors,
    issues: reported,
    numbers,
    blocks: blockNumbers(shapes, counted),
  };
  return { design, shapes, estimate: counted, result };
}

function blockNumbers(shapes: Shapes, counted: Estimate): Record<string, BlockNumbers> {
  const rows = [...shapes].map(([id, shape]): [string, BlockNumbers] => [
    id,
    {
      output: shape && shapeText(shape),
      params: counted.componentParams.get(id) ?? 0,
      flops: counted.componentFlops.get(id) ?? 0,
    },
  ]);
  return Object.fromEntries(rows);
}

/** The ValidationResult of CONTRACT.md. */
export function validateDocument(document: unknown): ValidationResult {
  return checkDocument(document).result;
}

/** The normalised ModelArchitecture: lower-case types, full meta; `id` is null where the document had none. */
export function toArchitecture(design: Design): Omit<ModelArchitecture, "id"> & { id: string | null } {
  return {
    id: design.id,
    name: design.name,
    version: design.version,
    meta: {
      d_model: design.meta.get("d_model") ?? 0,
      n_heads: design.meta.get("n_heads") ?? 0,
      n_experts: design.meta.get("n_experts") ?? 0,
    },
    components: design.components.map(({ id, type, props }) => ({ id, type, props: Object.fromEntries(props) })),
    edges: [...design.edges, ...design.selfEdges].map(([from, to]) => [from, to]),
  };
}

/** What the phone shows beside the verdict; plain data, so that a worker can send it. */
export interface Analysis {
  result: ValidationResult;
  paramCount: number;
  shapes: Record<string, Shape | null>;
  componentParams: Record<string, number>;
  componentFlops: Record<string, number>;
}

/** The verdict with the shape and the parameters of every component. */
export function analyse(document: unknown): Analysis {
  const { result, shapes, estimate: counted } = checkDocument(document);
  return {
    result,
    paramCount: counted.paramCount,
    shapes: Object.fromEntries(shapes),
    componentParams: Object.fromEntries(counted.componentParams),
    componentFlops: Object.fromEntries(counted.componentFlops),
  };
}
