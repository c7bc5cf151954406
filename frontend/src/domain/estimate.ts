/**
 * Numbers of a design from the catalogue's terms: one table that phone, server and torch share. The twin of
 * `app/designs/estimate.py`. Everything is a whole number that saturates at `LARGEST`, so that both languages give the
 * same; a product of whole numbers that is not larger is exact in between too.
 */
import { type Block, catalogue, holds, limits, type Term } from "./catalogue";
import type { Component, Design } from "./graph";
import { acceptedShapes, outputShape, type Shape, type Shapes } from "./shapes";
import type { DesignNumbers, PropValue } from "./types";

/** Type of the head that is added, with its default props, where a design has none of its own. */
const IMPLIED_VALUE_HEAD = "value_output";
const EXPORTED_HEADS = ["action_output", "value_output"];
/** The largest whole number that a phone counts exactly; larger ones are given as this. */
const LARGEST = Number.MAX_SAFE_INTEGER;

type Values = ReadonlyMap<string, PropValue | null>;

interface Cost {
  params: number;
  activations: number;
  /** Activations that do not come out of the block. */
  inner: number;
  flops: number;
  denseFlops: number;
  onnxBytes: number;
}

/** What a design costs. */
export interface Estimate {
  /** Equals `sum(p.numel())` of the compiled model wherever the design is valid. */
  paramCount: number;
  /** Multiplications and additions of the matrix products of one forward pass over one board. */
  flopsPerBoard: number;
  /** The same of the exported form, in which every expert computes. */
  denseFlopsPerBoard: number;
  /** Numbers that a training step keeps for the backward pass. */
  activationsPerBoard: number;
  /** Parameters that the exported file holds. */
  onnxParams: number;
  /** What the blocks take in that file beside their parameters. */
  onnxGraphBytes: number;
  componentParams: ReadonlyMap<string, number>;
  componentFlops: ReadonlyMap<string, number>;
}

/** Megabytes (1e6 bytes) that training takes at the default minibatch. */
export function memoryMb({ paramCount, activationsPerBoard }: Estimate): number {
  const { memory } = limits;
  const weights = saturated(paramCount * memory.bytes_per_param);
  const activations = saturated(activationsPerBoard * memory.boards_per_minibatch * memory.bytes_per_activation);
  const bytes = saturated(weights + activations);
  return memory.process_mb + floorDiv(bytes, 1e6) + (bytes % 1e6 === 0 ? 0 : 1);
}

/** The one table of numbers, as the wire has it. */
export function numbersOf(estimated: Estimate): DesignNumbers {
  const { onnx, phone } = limits;
  const blocks = estimated.componentParams.size;
  const weights = saturated(estimated.onnxParams * onnx.bytes_per_param);
  const computingUs = floorDiv(estimated.denseFlopsPerBoard, phone.flops_per_us);
  return {
    param_count: estimated.paramCount,
    flops_per_board: estimated.flopsPerBoard,
    training_memory_mb: memoryMb(estimated),
    onnx_bytes: onnx.base_bytes + weights + estimated.onnxGraphBytes,
    phone_ms_per_move: (phone.base_us + blocks * phone.us_per_block + computingUs) / 1000,
  };
}

/** Counts every component that can be counted; one whose numbers are unknown counts 0. */
export function estimate(design: Design, shapes: Shapes): Estimate {
  const costs = new Map<string, Cost>();
  for (const component of design.components) {
    if (component.block === null) continue;
    const inputs = acceptedShapes(design, component, shapes);
    costs.set(component.id, costOf(component.block, component.values, inputs, outputShape(component, inputs)));
  }
  const exported = exportedIds(design);
  const every = [...costs.values()];
  const inFile = [...costs].filter(([id]) => exported.has(id)).map(([, cost]) => cost);
  const implied = impliedValueInput(design);
  const head = catalogue.get(IMPLIED_VALUE_HEAD);
  if (implied && head) {
    const values = new Map([...head.props.values()].map((prop) => [prop.name, prop.default]));
    const cost = costOf(head, values, acceptedShapes(design, implied, shapes), null);
    every.push(cost);
    inFile.push(cost);
  }
  const looks = design.playsAfterstates ? limits.board.actions : 1;
  return {
    paramCount: total(every.map(({ params }) => params)),
    flopsPerBoard: saturated(looks * total(every.map(({ flops }) => flops))),
    denseFlopsPerBoard: saturated(looks * total(every.map(({ denseFlops }) => denseFlops))),
    activationsPerBoard: total(every.map(({ activations }) => activations)) - saved(design, costs),
    onnxParams: total(inFile.map(({ params }) => params)),
    onnxGraphBytes: total(inFile.map(({ onnxBytes }) => onnxBytes)),
    componentParams: new Map([...costs].map(([id, { params }]) => [id, params])),
    componentFlops: new Map([...costs].map(([id, { flops }]) => [id, flops])),
  };
}

/** The action output whose input an implied value head reads; null where there is a value output. */
function impliedValueInput(design: Design): Component | null {
  return design.ofType("value_output").length === 0 ? (design.ofType("action_output")[0] ?? null) : null;
}

/** What policy and value are computed from: auxiliary heads and dead ends stay behind. */
function exportedIds(design: Design): Set<string> {
  const ids = (type: string) => design.ofType(type).map(({ id }) => id);
  const critics = ids("value_output");
  // The action output looks at boards then, not at what leads to it.
  if (design.playsAfterstates && critics.length > 0) {
    return new Set([...design.reachedFrom(critics, true), ...ids("action_output")]);
  }
  return design.reachedFrom(EXPORTED_HEADS.flatMap(ids), true);
}

/** Activations that gradient checkpoints spare: the backward pass has one block's at a time. */
function saved(design: Design, costs: ReadonlyMap<string, Cost>): number {
  const spared = design
    .ofType("grad_checkpoint")
    .flatMap(({ id }) => design.checkpointed(id).map((inner) => costs.get(inner)?.inner ?? 0));
  return total(spared) - Math.max(0, ...spared);
}

function costOf(block: Block, values: Values, inputs: readonly (Shape | null)[], out: Shape | null): Cost {
  const first = inputs[0] ?? null;
  const factors = new Map(values);
  factors.set("width", first?.width ?? null);
  factors.set("tokens", first?.tokens ?? null);
  factors.set("out_width", out?.width ?? null);
  factors.set("out_tokens", out?.tokens ?? null);
  const activations = counted(block.activations, factors);
  return {
    params: counted(block.params, factors),
    activations,
    inner: Math.max(0, activations - (out ? out.tokens * out.width : 0)),
    flops: counted(block.flops, factors),
    denseFlops: counted(block.denseFlops, factors),
    onnxBytes: counted(block.onnxBytes, factors),
  };
}

/** The sum of the terms that count; 0 where a factor of one of them is unknown. */
function counted(terms: Term[], factors: Values): number {
  const products: number[] = [];
  for (const term of terms) {
    if (!holds(term.when, factors)) continue;
    const product = productOf(term, factors);
    if (product === null) return 0;
    products.push(product);
  }
  return total(products);
}

function productOf(term: Term, factors: Values): number | null {
  let product = term.coef;
  for (const factor of term.of) {
    const value = factors.get(factor);
    if (typeof value !== "number" || !Number.isInteger(value)) return null;
    product *= value;
  }
  return saturated(product);
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => saturated(sum + number), 0);
}

function saturated(number: number): number {
  return Math.max(-LARGEST, Math.min(LARGEST, number));
}

/** Exact where the rounded quotient of two large numbers would not be. */
function floorDiv(number: number, by: number): number {
  return (number - (number % by)) / by;
}
