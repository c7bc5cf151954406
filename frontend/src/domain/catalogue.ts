/** The catalogue of blocks: the rows of `spec/blocks.json`, twin of `app/designs/catalogue.py`. */
import blocksSpec from "../../../spec/blocks.json";
import limitsSpec from "../../../spec/limits.json";
import type { PropValue, ShapeKind } from "./types";

export type PropKind = "int" | "float" | "bool" | "enum";

export interface Choice {
  value: string;
  label: string;
}

/** One property of a block: kind, bounds, the codes that its rules report, and its words for people. */
export interface Prop {
  name: string;
  kind: PropKind;
  label: string;
  unit: string | null;
  help: string;
  default: PropValue | null;
  defaultFrom: MetaName | null;
  min: number | null;
  max: number | null;
  step: number | null;
  presets: number[];
  maxCode: string;
  multipleOf: number | null;
  multipleOfCode: string;
  divides: string | null;
  dividesCode: string;
  atMost: string | null;
  atMostCode: string;
  choices: Choice[];
  /** Where another prop makes this one meaningless, it need not be shown. */
  shownWhen: When;
  layout: boolean;
}

interface Condition {
  prop: string;
  equals: PropValue;
}

/** Props that must have certain values; empty, it always holds. */
export type When = readonly Condition[];

type Values = ReadonlyMap<string, PropValue | null>;

export function holds(when: When, values: Values): boolean {
  return when.every(({ prop, equals }) => values.get(prop) === equals);
}

/**
 * `coef` times the product of the factors `of`; counted only where `when` holds. A factor is a prop, or `width` and
 * `tokens` of the first input, `out_width` and `out_tokens` of what comes out.
 */
export interface Term {
  coef: number;
  of: string[];
  when: When;
}

/**
 * What a block gives, while `when` holds. `width` is a number, the factors of a product, or "sum" of all inputs'
 * widths; null is the input's own. `tokens` is a number; null is the input's own. `validKernel` is the prop that holds
 * the side of an unpadded window.
 */
export interface Output {
  when: When;
  kind: ShapeKind | "same";
  width: number | string[] | "sum" | null;
  tokens: number | null;
  validKernel: string | null;
}

export type CategoryId = "input" | "mixing" | "layer" | "merge" | "output";

export interface Block {
  type: string;
  className: string;
  title: string;
  summary: string;
  category: CategoryId;
  minInputs: number;
  maxInputs: number;
  accepts: ShapeKind[];
  /** Whether its input's cells must form a square. */
  square: boolean;
  outputs: Output[];
  /** The prop that alone decides the width of what comes out; null where none does. */
  outputWidth: string | null;
  inputWidth: string | null;
  props: ReadonlyMap<string, Prop>;
  params: Term[];
  activations: Term[];
  flops: Term[];
  /** FLOPs of the exported form. */
  denseFlops: Term[];
  onnxBytes: Term[];
  /** Whether the block ends the network (nothing can follow it). */
  isHead: boolean;
  /** Whether the board comes in here (nothing can lead into it). */
  isSource: boolean;
}

export type MetaName = "d_model" | "n_heads" | "n_experts";

interface PropRow {
  name: string;
  kind: string;
  label?: string;
  unit?: string;
  help?: string;
  default?: PropValue;
  default_from?: string;
  min?: number;
  max?: number;
  step?: number;
  presets?: number[];
  max_code?: string;
  multiple_of?: number;
  multiple_of_code?: string;
  divides?: string;
  divides_code?: string;
  at_most?: string;
  at_most_code?: string;
  values?: Choice[];
  shown_when?: Condition;
}

type WhenRow = { when?: Condition | Condition[] };
type TermRow = WhenRow & { coef: number; of: string[] };
type OutputRow = WhenRow & {
  kind: string;
  width?: number | string[] | "sum";
  tokens?: number | { valid_kernel: string };
};

interface BlockRow {
  type: string;
  class_name: string;
  title: string;
  summary: string;
  category: string;
  inputs: { min: number; max: number; accepts: string[]; square?: boolean };
  output: OutputRow | OutputRow[] | null;
  input_width?: string;
  props: PropRow[];
  params: TermRow[];
  activations: TermRow[];
  flops: TermRow[];
  dense_flops?: TermRow[];
  onnx_bytes: TermRow[];
}

function whenOf({ when = [] }: WhenRow): When {
  return Array.isArray(when) ? when : [when];
}

function termsOf(rows: TermRow[]): Term[] {
  return rows.map((row) => ({ coef: row.coef, of: row.of, when: whenOf(row) }));
}

function outputOf(row: OutputRow): Output {
  const { width = null, tokens = null } = row;
  return {
    when: whenOf(row),
    kind: row.kind as Output["kind"],
    width,
    tokens: typeof tokens === "number" ? tokens : null,
    validKernel: tokens !== null && typeof tokens === "object" ? tokens.valid_kernel : null,
  };
}

function soleWidthProp(outputs: Output[]): string | null {
  const [first] = outputs;
  if (!first || !Array.isArray(first.width) || first.width.length !== 1) return null;
  const [prop] = first.width;
  const isSame = ({ width }: Output): boolean => Array.isArray(width) && width.length === 1 && width[0] === prop;
  return outputs.every(isSame) ? (prop ?? null) : null;
}

/** Whether a whole number lies within the bounds of a prop and is the multiple that is asked for. */
export function allows(prop: Prop, value: number): boolean {
  const isInBounds = (prop.min === null || value >= prop.min) && (prop.max === null || value <= prop.max);
  return isInBounds && value % (prop.multipleOf ?? 1) === 0;
}

/** The alternative of a block's outputs that holds for these values; null for a head. */
export function outputFor(block: Block, values: Values): Output | null {
  return block.outputs.find(({ when }) => holds(when, values)) ?? null;
}

function propOf(row: PropRow, layout = false): Prop {
  return {
    name: row.name,
    kind: row.kind as PropKind,
    label: row.label ?? row.name,
    unit: row.unit ?? null,
    help: row.help ?? "",
    default: row.default ?? null,
    defaultFrom: (row.default_from ?? null) as MetaName | null,
    min: row.min ?? null,
    max: row.max ?? null,
    step: row.step ?? null,
    presets: row.presets ?? [],
    maxCode: row.max_code ?? "prop.range",
    multipleOf: row.multiple_of ?? null,
    multipleOfCode: row.multiple_of_code ?? "prop.range",
    divides: row.divides ?? null,
    dividesCode: row.divides_code ?? "prop.range",
    atMost: row.at_most ?? null,
    atMostCode: row.at_most_code ?? "prop.range",
    choices: row.values ?? [],
    shownWhen: whenOf({ when: row.shown_when ?? [] }),
    layout,
  };
}

const LAYOUT = (blocksSpec.layout_props as PropRow[]).map((row) => propOf(row, true));

function blockOf(row: BlockRow): Block {
  const props = [...row.props.map((prop) => propOf(prop)), ...LAYOUT];
  const outputs = (Array.isArray(row.output) ? row.output : row.output ? [row.output] : []).map(outputOf);
  return {
    type: row.type,
    className: row.class_name,
    title: row.title,
    summary: row.summary,
    category: row.category as CategoryId,
    minInputs: row.inputs.min,
    maxInputs: row.inputs.max,
    accepts: row.inputs.accepts as ShapeKind[],
    square: row.inputs.square ?? false,
    outputs,
    outputWidth: soleWidthProp(outputs),
    inputWidth: row.input_width ?? null,
    props: new Map(props.map((prop) => [prop.name, prop])),
    params: termsOf(row.params),
    activations: termsOf(row.activations),
    flops: termsOf(row.flops),
    denseFlops: termsOf(row.dense_flops ?? row.flops),
    onnxBytes: termsOf(row.onnx_bytes),
    isHead: row.output === null,
    isSource: row.inputs.max === 0,
  };
}

/** Every block by its type, in the order of the file. */
export const catalogue: ReadonlyMap<string, Block> = new Map(
  (blocksSpec.blocks as unknown as BlockRow[]).map((row) => [row.type, blockOf(row)]),
);

export const categories = blocksSpec.categories as { id: CategoryId; title: string }[];

export const limits = limitsSpec;

const META_RULES: Record<MetaName, Partial<PropRow>> = {
  d_model: { multiple_of: 8, multiple_of_code: "design.d_model_multiple_of_8" },
  n_heads: { divides: "d_model", divides_code: "design.n_heads_divides_d_model" },
  n_experts: { max_code: "design.experts_max_8" },
};

/** The three numbers of a design's `meta`, with the rules that the reference gives them. */
export const metaProps: ReadonlyMap<MetaName, Prop> = new Map(
  (Object.keys(limits.meta) as MetaName[]).map((name) => [
    name,
    propOf({ name, kind: "int", ...limits.meta[name], ...META_RULES[name] }),
  ]),
);
