/**
 * Where two ends of a connection do not fit, with both named and, where there is one, a repair.
 * The twin of `app/designs/mismatches.py`.
 */
import { allows, catalogue, outputFor } from "./catalogue";
import type { Component, Design } from "./graph";
import { makeIssue } from "./issues";
import { CELLS, inputShape, type Shape, type Shapes, shapeText, sideOf } from "./shapes";
import type { Fix, FixOp, Issue, PropValue } from "./types";

/** An input of a component: who gives it and what. */
interface End {
  source: Component;
  shape: Shape;
}

/** Yields an issue for every connection whose shape its reader cannot take, in forward order. */
export function* findMismatches(design: Design, shapes: Shapes): Generator<Issue> {
  for (const id of design.order) {
    const component = design.byId.get(id);
    if (!component?.block || component.block.isSource) continue;
    const ends = design.inputsOf(id).flatMap((from): End[] => {
      const source = design.byId.get(from);
      const shape = shapes.get(from);
      return source && shape ? [{ source, shape }] : [];
    });
    yield* checkEnds(design, component, ends);
    yield* checkWindow(design, component, shapes);
  }
}

function* checkEnds(design: Design, component: Component, ends: readonly End[]): Generator<Issue> {
  const { block } = component;
  if (block === null) return;
  const width = block.inputWidth ? component.whole(block.inputWidth) : null;
  const isAnyWidth = outputFor(block, component.values)?.width === "sum";
  let agreed: Shape | null = null;
  for (const end of ends) {
    const { shape } = end;
    if (!block.accepts.includes(shape.kind)) {
      yield wrongKind(design, component, end, width);
    } else if (block.square && sideOf(shape) === null) {
      yield mismatch(component, end, "a square of cells", null);
    } else if (width !== null && shape.width !== width) {
      yield mismatch(component, end, shapeText({ ...shape, width }), widthFix(design, component, end, width));
    } else if (agreed !== null && (shape.kind !== agreed.kind || shape.tokens !== agreed.tokens)) {
      yield mismatch(component, end, shapeText(agreed), poolFix(component, end, agreed, ends));
    } else if (agreed !== null && shape.width !== agreed.width && !isAnyWidth) {
      yield mismatch(component, end, shapeText(agreed), widthFix(design, component, end, agreed.width));
    } else if (block.maxInputs > 1) {
      agreed = agreed ?? shape;
    }
  }
}

function* checkWindow(design: Design, component: Component, shapes: Shapes): Generator<Issue> {
  const prop = component.block ? (outputFor(component.block, component.values)?.validKernel ?? null) : null;
  const first = inputShape(design, component, shapes);
  const side = first ? sideOf(first) : null;
  const value = prop === null ? null : component.whole(prop);
  if (prop === null || side === null || value === null || value <= side) return;
  const fix: Fix = { label: `Set ${prop} to ${side}`, ops: [setProp(component, prop, side)] };
  const words = { prop, block: component.text, value, side };
  yield makeIssue("design.kernel_too_large", words, { component_id: component.id, prop, fix });
}

function mismatch(component: Component, end: End, expected: string, fix: Fix | null): Issue {
  const words = { block: component.text, expected, source: end.source.text, found: shapeText(end.shape) };
  const place = { component_id: component.id, prop: component.block?.inputWidth ?? null, fix };
  return makeIssue("design.shape_mismatch", words, place);
}

function wrongKind(design: Design, component: Component, end: End, width: number | null): Issue {
  if (end.shape.kind === "board") {
    const expected = width ? `[B, ${CELLS}, ${width}]` : "vectors";
    return mismatch(component, end, expected, embeddingFix(design, component, end, width));
  }
  const accepts = component.block?.accepts ?? [];
  if (accepts.length === 1 && accepts[0] === "board") {
    return mismatch(component, end, `the board [B, ${CELLS}]`, boardFix(design, component, end));
  }
  return mismatch(component, end, `cells [B, ${CELLS}, width]`, unpoolFix(design, component, end));
}

function embeddingFix(design: Design, component: Component, end: End, width: number | null): Fix {
  const multiple = catalogue.get("embedding")?.props.get("d_model")?.multipleOf ?? 1;
  const fitting = width && width % multiple === 0 ? width : (design.meta.get("d_model") ?? 0);
  return { label: "Put an embedding between", ops: [insert(end, component, "embedding", { d_model: fitting })] };
}

/** The board itself instead of what is read now. */
function boardFix(design: Design, component: Component, { source }: End): Fix | null {
  if (source.block?.isSource) {
    const ops = [setProp(source, "encoding", "exponents")];
    return { label: `Set encoding of ${source.text} to exponents`, ops };
  }
  const sources = design.inputsOf(component.id);
  const board = design
    .ofType("board_input")
    .find(({ id, values }) => values.get("encoding") === "exponents" && !sources.includes(id));
  if (!board) return null;
  return {
    label: `Read ${board.text} instead`,
    ops: [
      { op: "remove_edge", edge: [source.id, component.id] },
      { op: "add_edge", edge: [board.id, component.id] },
    ],
  };
}

/** Cells are gone once they are pooled: take out the pool that is one too many. */
function unpoolFix(design: Design, component: Component, { source }: End): Fix | null {
  const isFree = (pool: Component): boolean => pool === component || design.outputsOf(pool.id).length === 1;
  const pool = [component, source].find((one) => one.type === "pool" && isFree(one));
  return pool ? { label: `Remove ${pool.text}`, ops: [{ op: "remove", component_id: pool.id }] } : null;
}

/** Pools inputs until all are vectors. */
function poolFix(component: Component, end: End, agreed: Shape, ends: readonly End[]): Fix {
  if (agreed.kind === "vector") return { label: "Put a pool between", ops: [insert(end, component, "pool", {})] };
  const pooled = ends.filter(({ shape }) => shape.kind === "tokens");
  return {
    label: "Pool the inputs that have cells",
    ops: pooled.map((other) => insert(other, component, "pool", {})),
  };
}

function widthFix(design: Design, component: Component, end: End, width: number): Fix | null {
  const { source } = end;
  const prop = source.block?.outputWidth ? source.block.props.get(source.block.outputWidth) : undefined;
  if (prop && design.outputsOf(source.id).length === 1 && allows(prop, width)) {
    return { label: `Set ${prop.name} of ${source.text} to ${width}`, ops: [setProp(source, prop.name, width)] };
  }
  const outFeatures = catalogue.get("linear")?.props.get("out_features");
  if (!outFeatures || !allows(outFeatures, width)) return null;
  const ops = [insert(end, component, "linear", { out_features: width })];
  return { label: `Put a linear layer to ${width} between`, ops };
}

function insert({ source }: End, component: Component, type: string, props: Record<string, PropValue>): FixOp {
  return { op: "insert", between: [source.id, component.id], type, props };
}

function setProp(component: Component, prop: string, value: PropValue): FixOp {
  return { op: "set_prop", component_id: component.id, prop, value };
}
