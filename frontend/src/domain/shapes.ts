/** Shapes on edges, with a symbolic batch B: twin of `app/designs/shapes.py`. */
import { limits, type Output, outputFor } from "./catalogue";
import type { Component, Design } from "./graph";
import type { ShapeKind } from "./types";

export const CELLS = limits.board.cells;

/**
 * What flows along an edge: board int64 [B, tokens], tokens float32 [B, tokens, width] or vector float32 [B, width],
 * which has one token.
 */
export interface Shape {
  kind: ShapeKind;
  tokens: number;
  width: number;
}

export type Shapes = ReadonlyMap<string, Shape | null>;

const BOARD: Shape = { kind: "board", tokens: CELLS, width: 1 };

/** Side of the square that the tokens form; null where they form none. */
export function sideOf({ tokens }: Shape): number | null {
  const side = Math.floor(Math.sqrt(tokens));
  return side * side === tokens ? side : null;
}

/** Bytes of one board's numbers: int64 for the board itself, float32 for all else. */
export function bytesPerBoard({ kind, tokens, width }: Shape): number {
  return tokens * width * (kind === "board" ? 8 : 4);
}

export function shapeText({ kind, tokens, width }: Shape): string {
  if (kind === "board") return `[B, ${tokens}]`;
  return kind === "vector" ? `[B, ${width}]` : `[B, ${tokens}, ${width}]`;
}

/** The output shape of every component; null for heads and where it cannot be known. */
export function inferShapes(design: Design): Shapes {
  const shapes = new Map<string, Shape | null>(design.components.map(({ id }) => [id, null]));
  for (const id of design.order) {
    const component = design.byId.get(id);
    if (component) shapes.set(id, outputShape(component, acceptedShapes(design, component, shapes)));
  }
  return shapes;
}

/** One shape per input: null where it is unknown or of a kind that the component refuses. */
export function acceptedShapes(design: Design, component: Component, shapes: Shapes): (Shape | null)[] {
  const accepts = component.block?.accepts ?? [];
  return design.inputsOf(component.id).map((source) => {
    const shape = shapes.get(source) ?? null;
    return shape !== null && accepts.includes(shape.kind) ? shape : null;
  });
}

/** The shape of the component's first input, which decides its size. */
export function inputShape(design: Design, component: Component, shapes: Shapes): Shape | null {
  return acceptedShapes(design, component, shapes)[0] ?? null;
}

/** What `component` gives for these inputs. */
export function outputShape(component: Component, inputs: readonly (Shape | null)[]): Shape | null {
  const output = component.block ? outputFor(component.block, component.values) : null;
  if (output === null) return null;
  if (output.kind === "board") return BOARD;
  const first = inputs[0] ?? null;
  const kind = kindOf(component, output, first);
  const tokens = kind === "vector" ? 1 : tokensOf(component, output, first);
  const width = widthOf(component, output, inputs);
  return kind && tokens && width ? { kind, tokens, width } : null;
}

function kindOf(component: Component, output: Output, first: Shape | null): ShapeKind | null {
  if (output.kind !== "same") return output.kind;
  if (first !== null) return first.kind;
  const accepts = component.block?.accepts ?? [];
  return accepts.length === 1 && accepts[0] === "tokens" ? "tokens" : null;
}

function tokensOf(component: Component, output: Output, first: Shape | null): number | null {
  const tokens = output.tokens ?? first?.tokens ?? CELLS;
  if (output.validKernel === null) return tokens;
  const side = Math.floor(Math.sqrt(tokens));
  const kernel = component.whole(output.validKernel);
  return kernel === null ? null : Math.max(0, side - kernel + 1) ** 2;
}

function widthOf(component: Component, output: Output, inputs: readonly (Shape | null)[]): number | null {
  const first = inputs[0] ?? null;
  if (output.width === "sum") {
    const known = inputs.filter((shape) => shape !== null);
    return known.length === inputs.length ? known.reduce((sum, shape) => sum + shape.width, 0) : null;
  }
  if (typeof output.width === "number") return output.width;
  if (output.width === null) {
    const own = component.block?.inputWidth;
    return own ? component.whole(own) : (first?.width ?? null);
  }
  let product = 1;
  for (const factor of output.width) {
    const isShape = factor === "tokens" || factor === "width";
    const value = isShape ? (first?.[factor] ?? null) : component.whole(factor);
    if (value === null) return null;
    product *= value;
  }
  return product;
}
