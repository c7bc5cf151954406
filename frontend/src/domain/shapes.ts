/** Shapes on edges, with a symbolic batch B, and what is wrong where two ends do not fit: twin of `app/designs/shapes.py`. */
import { limits } from "./catalogue";
import type { Component, Design } from "./graph";
import { makeIssue } from "./issues";
import type { Fix, Issue, ShapeKind } from "./types";

export const CELLS = limits.board.cells;

/** What flows along an edge: `board` is int64 [B, 16]; tokens [B, 16, width]; vector [B, width]. */
export interface Shape {
  kind: ShapeKind;
  width: number;
}

export type Shapes = ReadonlyMap<string, Shape | null>;

const BOARD: Shape = { kind: "board", width: 1 };

/** Vectors per board: 16 for tokens, 1 for a vector. */
export function tokensOf(shape: Shape): number {
  return shape.kind === "vector" ? 1 : CELLS;
}

export function shapeText(shape: Shape): string {
  if (shape.kind === "board") return `[B, ${CELLS}]`;
  return shape.kind === "vector" ? `[B, ${shape.width}]` : `[B, ${CELLS}, ${shape.width}]`;
}

/** The output shape of every component (null for heads and where it cannot be known), and mismatches. */
export function inferShapes(design: Design): { shapes: Shapes; issues: Issue[] } {
  const shapes = new Map<string, Shape | null>(design.components.map(({ id }) => [id, null]));
  const issues: Issue[] = [];
  for (const id of design.order) {
    const component = design.byId.get(id);
    if (!component) continue;
    issues.push(...mismatches(design, component, shapes));
    shapes.set(id, outputShape(component, inputShape(design, component, shapes)));
  }
  return { shapes, issues };
}

/** The shape of the component's first input, where it is known and of a kind that it takes. */
export function inputShape(design: Design, component: Component, shapes: Shapes): Shape | null {
  const [source] = design.inputsOf(component.id);
  const shape = source === undefined ? null : (shapes.get(source) ?? null);
  if (shape === null || component.block === null || !component.block.accepts.includes(shape.kind)) return null;
  return shape;
}

/** What `component` gives when `first` comes in. */
export function outputShape(component: Component, first: Shape | null): Shape | null {
  const { block } = component;
  if (block === null || block.outputKind === null) return null;
  if (block.outputKind === "board") return BOARD;
  const declared = block.outputWidth ?? block.inputWidth;
  const width = declared ? component.whole(declared) : (first?.width ?? null);
  let kind: ShapeKind | null = first?.kind ?? null;
  if (block.outputKind !== "same") kind = block.outputKind;
  else if (kind === null && block.accepts.length === 1 && block.accepts[0] === "tokens") kind = "tokens";
  return kind && width ? { kind, width } : null;
}

function mismatches(design: Design, component: Component, shapes: Shapes): Issue[] {
  const { block } = component;
  if (block === null || block.maxInputs === 0) return [];
  const wantedWidth = block.inputWidth ? component.whole(block.inputWidth) : null;
  let agreed: Shape | null = null;
  const issues: Issue[] = [];
  for (const id of design.inputsOf(component.id)) {
    const shape = shapes.get(id) ?? null;
    const source = design.byId.get(id);
    if (shape === null || !source) continue;
    if (!block.accepts.includes(shape.kind)) {
      issues.push(wrongKind(component, source, shape, wantedWidth, design));
    } else if (wantedWidth !== null && shape.width !== wantedWidth) {
      issues.push(wrongShape(component, source, shape, { kind: shape.kind, width: wantedWidth }, design));
    } else if (agreed !== null && (shape.kind !== agreed.kind || shape.width !== agreed.width)) {
      issues.push(wrongShape(component, source, shape, agreed, design));
    } else if (block.maxInputs > 1) {
      agreed = agreed ?? shape;
    }
  }
  return issues;
}

function mismatch(component: Component, source: Component, found: Shape, expected: string, fix: Fix | null): Issue {
  const words = { block: component.text, expected, source: source.text, found: shapeText(found) };
  const place = { component_id: component.id, prop: component.block?.inputWidth ?? null, fix };
  return makeIssue("design.shape_mismatch", words, place);
}

function wrongKind(component: Component, source: Component, found: Shape, width: number | null, design: Design): Issue {
  if (found.kind === "board") {
    const expected = width ? `[B, ${CELLS}, ${width}]` : "vectors";
    const fix: Fix = {
      label: "Put an embedding between",
      ops: [
        {
          op: "insert",
          between: [source.id, component.id],
          type: "embedding",
          props: { d_model: width ? width : (design.meta.get("d_model") ?? 0) },
        },
      ],
    };
    return mismatch(component, source, found, expected, fix);
  }
  const accepts = component.block?.accepts ?? [];
  const onlyBoard = accepts.length === 1 && accepts[0] === "board";
  const expected = onlyBoard ? `the board [B, ${CELLS}]` : `cells [B, ${CELLS}, width]`;
  return mismatch(component, source, found, expected, null);
}

function wrongShape(component: Component, source: Component, found: Shape, wanted: Shape, design: Design): Issue {
  const fix = found.kind === wanted.kind ? widthFix(component, source, wanted.width, design) : null;
  return mismatch(component, source, found, shapeText(wanted), fix);
}

function widthFix(component: Component, source: Component, width: number, design: Design): Fix {
  const ownWidth = source.block?.outputWidth;
  const prop = source.block && ownWidth ? source.block.props.get(ownWidth) : undefined;
  if (prop && design.outputsOf(source.id).length === 1 && width % (prop.multipleOf ?? 1) === 0) {
    return {
      label: `Set ${prop.name} of ${source.text} to ${width}`,
      ops: [{ op: "set_prop", component_id: source.id, prop: prop.name, value: width }],
    };
  }
  return {
    label: `Put a linear layer to ${width} between`,
    ops: [{ op: "insert", between: [source.id, component.id], type: "linear", props: { out_features: width } }],
  };
}
