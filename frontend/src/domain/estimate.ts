/**
 * Numbers of a design: exact parameters and the memory that training takes, from the catalogue's terms.
 * The twin of `app/designs/estimate.py`. Counts are bigint: a refused design may exceed 2^53.
 */
import { catalogue, limits, type Term } from "./catalogue";
import type { Component, Design } from "./graph";
import { inputShape, type Shape, type Shapes, tokensOf } from "./shapes";
import type { PropValue } from "./types";

/** Type of the head that is added, with its default props, where a design has none of its own. */
const IMPLIED_VALUE_HEAD = "value_output";

type Values = ReadonlyMap<string, PropValue | null>;

/** `paramCount` equals `sum(p.numel())` of the compiled model wherever the design is valid. */
export interface Estimate {
  paramCount: bigint;
  activationsPerBoard: bigint;
  componentParams: ReadonlyMap<string, bigint>;
}

/** Megabytes (1e6 bytes) that training takes at the default minibatch. */
export function memoryMb({ paramCount, activationsPerBoard }: Estimate): number {
  const { memory } = limits;
  const bytes =
    paramCount * BigInt(memory.bytes_per_param) +
    activationsPerBoard * BigInt(memory.boards_per_minibatch) * BigInt(memory.bytes_per_activation);
  return Number(BigInt(memory.process_mb) + (bytes + 999_999n) / 1_000_000n);
}

/** Counts every component that can be counted; one whose numbers are unknown counts 0. */
export function estimate(design: Design, shapes: Shapes): Estimate {
  const componentParams = new Map<string, bigint>();
  let paramCount = 0n;
  let activationsPerBoard = 0n;
  const count = (params: Term[], activations: Term[], values: Values, first: Shape | null): bigint => {
    const own = total(params, values, first);
    paramCount += own;
    activationsPerBoard += total(activations, values, first);
    return own;
  };
  for (const component of design.components) {
    if (component.block === null) continue;
    const { params, activations } = component.block;
    const first = inputShape(design, component, shapes);
    componentParams.set(component.id, count(params, activations, component.values, first));
  }
  const implied = impliedValueInput(design);
  const head = catalogue.get(IMPLIED_VALUE_HEAD);
  if (implied && head) {
    const values = new Map([...head.props.values()].map((prop) => [prop.name, prop.default]));
    count(head.params, head.activations, values, inputShape(design, implied, shapes));
  }
  return { paramCount, activationsPerBoard, componentParams };
}

/** The action output whose input an implied value head reads; null where there is a value output. */
function impliedValueInput(design: Design): Component | null {
  return design.ofType("value_output").length === 0 ? (design.ofType("action_output")[0] ?? null) : null;
}

function total(terms: Term[], values: Values, first: Shape | null): bigint {
  return terms.reduce((sum, term) => sum + termValue(term, values, first), 0n);
}

function termValue(term: Term, values: Values, first: Shape | null): bigint {
  if (term.when && values.get(term.when.prop) !== term.when.equals) return 0n;
  let product = BigInt(term.coef);
  for (const factor of term.of) {
    const value = factorValue(factor, values, first);
    if (typeof value !== "number" || !Number.isInteger(value)) return 0n;
    product *= BigInt(value);
  }
  return product;
}

function factorValue(factor: string, values: Values, first: Shape | null): PropValue | null {
  if (factor === "width") return first?.width ?? null;
  if (factor === "tokens") return first ? tokensOf(first) : null;
  return values.get(factor) ?? null;
}
