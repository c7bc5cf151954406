/**
 * The rules of a design: the five of the reference's section 6 and those that its graph implies.
 * The twin of `app/designs/rules.py`.
 */
import { type MetaName, metaProps, outputFor, type Prop } from "./catalogue";
import type { Component, Design } from "./graph";
import { makeIssue } from "./issues";
import type { Edge, Fix, Issue } from "./types";

/** Yields every broken rule but shapes and the parameter limit, which need inference. */
export function* checkRules(design: Design): Generator<Issue> {
  for (const [name, prop] of metaProps) {
    const other = (prop: string): number | null => design.meta.get(prop as MetaName) ?? null;
    yield* checkNumber(null, "the design", prop, design.meta.get(name) ?? 0, other);
  }
  for (const component of design.components) {
    for (const prop of component.block?.props.values() ?? []) {
      const value = component.whole(prop.name);
      if (value === null) continue;
      yield* checkNumber(component.id, component.text, prop, value, (name) => component.whole(name));
    }
  }
  yield* checkEnds(design);
  yield* checkLoops(design);
  yield* checkPorts(design);
  yield* checkReach(design);
}

function* checkNumber(
  at: string | null,
  text: string,
  prop: Prop,
  value: number,
  other: (name: string) => number | null,
): Generator<Issue> {
  const issue = (code: string, better: number, more: Record<string, number> = {}): Issue =>
    makeIssue(
      code,
      { prop: prop.name, block: text, value, ...more, better },
      {
        component_id: at,
        prop: prop.name,
        fix: {
          label: `Set ${prop.name} to ${better}`,
          ops: [{ op: "set_prop", component_id: at, prop: prop.name, value: better }],
        },
      },
    );
  const step = prop.multipleOf;
  if (step !== null && value > 0 && value % step !== 0) {
    const nearest = Math.floor((value + Math.floor(step / 2)) / step) * step;
    yield issue(prop.multipleOfCode, Math.max(step, nearest));
  }
  if (prop.divides !== null && value > 0) {
    const width = other(prop.divides);
    if (width && width % value !== 0) yield issue(prop.dividesCode, largestDivisor(width, value), { width });
  }
  if (prop.atMost !== null) {
    const limit = other(prop.atMost);
    if (limit && value > limit) yield issue(prop.atMostCode, limit, { limit });
  }
}

function largestDivisor(width: number, atMost: number): number {
  let count = Math.min(atMost, width);
  while (width % count !== 0) count -= 1;
  return count;
}

function* checkEnds(design: Design): Generator<Issue> {
  if (design.ofType("board_input").length === 0) {
    const fix: Fix = { label: "Add a board", ops: [{ op: "append", after: null, type: "board_input", props: {} }] };
    yield makeIssue("design.no_input", {}, { fix });
  }
  const [action, ...otherActions] = design.ofType("action_output");
  if (!action) {
    const after = endOfNetwork(design);
    const fix: Fix = { label: "Add an action output", ops: [{ op: "append", after, type: "action_output", props: {} }] };
    yield makeIssue("design.no_output", {}, { fix });
  } else if (design.ofType("value_output").length === 0) {
    const [source] = design.inputsOf(action.id);
    const fix: Fix | null =
      source === undefined || !givesNumbers(design, source)
        ? null
        : { label: "Add a value output", ops: [{ op: "append", after: source, type: "value_output", props: {} }] };
    yield makeIssue("design.no_value_output", {}, { component_id: action.id, fix });
  }
  if (design.playsAfterstates) {
    for (const other of otherActions) {
      const place = { component_id: other.id, fix: remove(other) };
      yield makeIssue("design.afterstates_alone", { block: other.text }, place);
    }
  }
  if (design.ofType("moe_layer").length === 0) {
    for (const router of design.ofType("load_balance_router")) {
      const place = { component_id: router.id, fix: remove(router) };
      yield makeIssue("design.router_without_experts", { block: router.text }, place);
    }
  }
  for (const checkpoint of design.ofType("grad_checkpoint")) {
    if (design.checkpointed(checkpoint.id).length > 0) continue;
    const place = { component_id: checkpoint.id, fix: remove(checkpoint) };
    yield makeIssue("design.checkpoint_without_blocks", { block: checkpoint.text }, place);
  }
}

/** Where an output belongs: the last block that nothing reads, else the last one. */
function endOfNetwork(design: Design): string | null {
  const ends = design.order.filter((id) => givesNumbers(design, id));
  const open = ends.filter((id) => design.outputsOf(id).length === 0);
  return (open.length > 0 ? open : ends).at(-1) ?? null;
}

/** Whether a block gives something else than the board of exponents. */
function givesNumbers(design: Design, id: string): boolean {
  const component = design.byId.get(id);
  const output = component?.block ? outputFor(component.block, component.values) : null;
  return output !== null && output.kind !== "board";
}

function remove(component: Component): Fix {
  return { label: `Remove ${component.text}`, ops: [{ op: "remove", component_id: component.id }] };
}

function removeEdge(edge: Edge): Fix {
  return { label: "Remove the connection", ops: [{ op: "remove_edge", edge: [...edge] }] };
}

function* checkLoops(design: Design): Generator<Issue> {
  for (const edge of design.selfEdges) {
    const block = design.byId.get(edge[0])?.text ?? "";
    yield makeIssue("design.cycle", { block }, { component_id: edge[0], fix: removeEdge(edge) });
  }
  const inside = design.looped;
  const place = new Map(design.components.map(({ id }, at) => [id, at]));
  const back = design.edges.find(
    ([from, to]) => inside.has(from) && inside.has(to) && (place.get(to) ?? 0) <= (place.get(from) ?? 0),
  );
  for (const id of inside) {
    const block = design.byId.get(id)?.text ?? "";
    yield makeIssue("design.cycle", { block }, { component_id: id, fix: back ? removeEdge(back) : null });
  }
}

function* checkPorts(design: Design): Generator<Issue> {
  for (const component of design.components) {
    const { block, id } = component;
    if (block === null) continue;
    const sources = design.inputsOf(id);
    if (block.isSource) {
      for (const source of sources) {
        const fix = removeEdge([source, id]);
        yield makeIssue("design.edge_into_input", { block: component.text, from: source }, { component_id: id, fix });
      }
    } else if (sources.length > block.maxInputs) {
      yield tooManyInputs(component, sources.length, block.maxInputs);
    } else if (sources.length > 0 && sources.length < block.minInputs) {
      const words = { block: component.text, min: block.minInputs, count: sources.length };
      yield makeIssue("design.too_few_inputs", words, { component_id: id, fix: remove(component) });
    }
    if (block.isHead) {
      for (const target of design.outputsOf(id)) {
        const fix = removeEdge([id, target]);
        yield makeIssue("design.edge_from_output", { block: component.text, to: target }, { component_id: id, fix });
      }
    }
  }
}

function tooManyInputs(component: Component, count: number, limit: number): Issue {
  const fix: Fix | null =
    limit === 1
      ? { label: "Add them up first", ops: [{ op: "merge_inputs", component_id: component.id, type: "add" }] }
      : null;
  const words = { block: component.text, max: limit, count };
  return makeIssue("design.too_many_inputs", words, { component_id: component.id, fix });
}

function* checkReach(design: Design): Generator<Issue> {
  const starts = design.ofType("board_input").map(({ id }) => id);
  const ends = design.components.filter(({ block }) => block?.isHead).map(({ id }) => id);
  const reached = design.reachedFrom(starts);
  const useful = design.reachedFrom(ends, true);
  for (const component of design.components) {
    if (starts.length > 0 && !reached.has(component.id)) {
      const place = { component_id: component.id, fix: reachFix(design, component, reached) };
      yield makeIssue("design.unreachable", { block: component.text }, place);
    } else if (ends.length > 0 && !useful.has(component.id)) {
      const place = { component_id: component.id, fix: remove(component) };
      yield makeIssue("design.dead_end", { block: component.text }, place);
    }
  }
}

/** Feeds the start of the chain that the component belongs to; null inside a loop. */
function reachFix(design: Design, component: Component, reached: ReadonlySet<string>): Fix | null {
  const start = startOfChain(design, component);
  if (start === null) return null;
  const from = design.order.findLast((id) => reached.has(id) && couldFeed(design, id, start));
  if (from === undefined) return remove(component);
  const text = design.byId.get(from)?.text ?? from;
  return { label: `Connect ${text} to it`, ops: [{ op: "add_edge", edge: [from, start.id] }] };
}

/** Boards feed what looks tiles up, any numbers an output, open ends all else. */
function couldFeed(design: Design, id: string, start: Component): boolean {
  const source = design.byId.get(id);
  const accepts = start.block?.accepts ?? [];
  if (accepts.length === 1 && accepts[0] === "board") {
    return source?.type === "board_input" && source.values.get("encoding") === "exponents";
  }
  const isFree = design.outputsOf(id).length === 0 || (start.block?.isHead ?? false);
  return isFree && givesNumbers(design, id);
}

/** The first block of the chain that leads to a component; null inside a loop. */
function startOfChain(design: Design, component: Component): Component | null {
  let start = component;
  while (!design.looped.has(start.id)) {
    const before = design.byId.get(design.inputsOf(start.id)[0] ?? "");
    if (!before) return start;
    start = before;
  }
  return null;
}
