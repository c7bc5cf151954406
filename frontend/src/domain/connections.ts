/** Which ports a connection could lead to, and what would come out: one look at the shapes, no trial of the whole design. */
import { formatShape } from "./format";
import { type Component, Design } from "./graph";
import { findMismatches } from "./mismatches";
import { parseDocument } from "./parse";
import { acceptedShapes, inferShapes, outputShape, type Shape, type Shapes } from "./shapes";
import type { Edge, ModelArchitecture } from "./types";

export interface Target {
  id: string;
  fits: boolean;
  /** Why not, for people. */
  reason: string | null;
  /** What the block that reads would give. */
  shape: Shape | null;
  /** The block whose connection would be replaced, since the target reads only one. */
  replaces: string | null;
  connected: boolean;
}

/** One entry for every block that a connection from (`out`) or into (`in`) the port of `id` could lead to. */
export function connectionTargets(architecture: ModelArchitecture, id: string, side: "in" | "out"): Map<string, Target> {
  const { design } = parseDocument(architecture);
  const shapes = inferShapes(design);
  const isOut = side === "out";
  // What lies the other way would close a loop.
  const closed = design.reachedFrom([id], isOut);
  const targets = new Map<string, Target>();
  for (const other of design.components) {
    if (closed.has(other.id)) continue;
    const [from, to] = isOut ? [id, other.id] : [other.id, id];
    const target = targetOf(design, shapes, from, to);
    if (target) targets.set(other.id, { ...target, id: other.id });
  }
  return targets;
}

function targetOf(design: Design, shapes: Shapes, from: string, to: string): Target | null {
  const [source, reader] = [design.byId.get(from), design.byId.get(to)];
  if (!source?.block || !reader?.block || source.block.isHead || reader.block.maxInputs === 0) return null;
  const before = design.inputsOf(to);
  const connected = before.includes(from);
  const isSingle = reader.block.maxInputs === 1;
  const after = connected ? before : isSingle ? [from] : [...before, from];
  const replaces = isSingle && !connected ? (before[0] ?? null) : null;
  if (!isSingle && after.length > reader.block.maxInputs) {
    const reason = `Takes at most ${reader.block.maxInputs} connections.`;
    return { id: to, fits: false, reason, shape: null, replaces, connected };
  }
  const trial = around(design, reader, after);
  const [wrong] = findMismatches(trial, shapes);
  const found = shapes.get(from);
  const reason = wrong ? (found ? `Does not take ${formatShape(found)}.` : wrong.message) : null;
  return {
    id: to,
    fits: !wrong,
    reason,
    shape: wrong ? null : outputShape(reader, acceptedShapes(trial, reader, shapes)),
    replaces,
    connected,
  };
}

/** Only the block and what it reads: shapes of the rest are known and stay. */
function around(design: Design, reader: Component, sources: readonly string[]): Design {
  const near = sources.flatMap((id) => design.byId.get(id) ?? []);
  const edges = sources.map((id): Edge => [id, reader.id]);
  return new Design(design.id, design.name, design.version, design.meta, [...near, reader], edges);
}
