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
  layout: boolean;
}

/** `coef` times the product of the factors `of`; counted only where `when` holds. */
export interface Term {
  coef: number;
  of: string[];
  when?: { prop: string; equals: PropValue };
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
  outputKind: ShapeKind | "same" | null;
  outputWidth: string | null;
  inputWidth: string | null;
  props: ReadonlyMap<string, Prop>;
  params: Term[];
  activations: Term[];
  /** Whether the block ends the network (nothing can follow it). */
  isHead: boolean;
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
}

interface BlockRow {
  type: string;
  class_name: string;
  title: string;
  summary: string;
  category: string;
  inputs: { min: number; max: number; accepts: string[] };
  output: { kind: string; width?: string } | null;
  input_width?: string;
  props: PropRow[];
  params: Term[];
  activations: Term[];
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
    layout,
  };
}

const LAYOUT = (blocksSpec.layout_props as PropRow[]).map((row) => propOf(row, true));

function blockOf(row: BlockRow): Block {
  const props = [...row.props.map((prop) => propOf(prop)), ...LAYOUT];
  return {
    type: row.type,
    className: row.class_name,
    title: row.title,
    summary: row.summary,
    category: row.category as CategoryId,
    minInputs: row.inputs.min,
    maxInputs: row.inputs.max,
    accepts: row.inputs.accepts as ShapeKind[],
    outputKind: (row.output?.kind ?? null) as Block["outputKind"],
    outputWidth: row.output?.width ?? null,
    inputWidth: row.input_width ?? null,
    props: new Map(props.map((prop) => [prop.name, prop])),
    params: row.params,
    activations: row.activations,
    isHead: row.output === null,
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
