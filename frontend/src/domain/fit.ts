/** Which blocks fit at a place: each is tried on a copy of the design, and validation decides. */
import { catalogue, limits } from "./catalogue";
import { formatShape } from "./format";
import { connect, insertBlock, type Place, sourcesOf } from "./edit";
import type { Shape } from "./shapes";
import type { ModelArchitecture, ShapeKind } from "./types";
import { checkDocument } from "./validate";

export interface Fit {
  type: string;
  fits: boolean;
  /** What would be wrong, where it does not fit. */
  reason: string | null;
  /** What would come out of the new block. */
  shape: Shape | null;
  params: number;
}

/** Errors that an unfinished design has anyway; a block is not blamed for what it does not change. */
const UNFINISHED = new Set(["design.no_input", "design.no_output", "design.no_value_output", "design.dead_end"]);

/** One entry for every block of the catalogue, in its order. */
export function fitsAt(design: ModelArchitecture, place: Place): Fit[] {
  const before = messagesOf(design);
  return [...catalogue.keys()].map((type) => tryBlock(design, type, place, before));
}

function messagesOf(design: ModelArchitecture): Set<string> {
  return new Set(checkDocument(design).result.errors);
}

function tryBlock(design: ModelArchitecture, type: string, place: Place, before: Set<string>): Fit {
  if (design.components.length >= limits.components) {
    return { type, fits: false, reason: `A design has at most ${limits.components} blocks.`, shape: null, params: 0 };
  }
  const block = catalogue.get(type);
  if (block?.maxInputs === 0 && design.components.some((other) => other.type === type)) {
    return { type, fits: false, reason: "The design has its board already.", shape: null, params: 0 };
  }
  const trial = structuredClone(design);
  const id = insertBlock(trial, type, place);
  const { result, shapes, estimate } = checkDocument(trial);
  const worse = result.issues.find(
    ({ code, severity, message }) => severity === "error" && !UNFINISHED.has(code) && !before.has(message),
  );
  return {
    type,
    fits: worse === undefined,
    reason: worse ? (reasonHere(design, type, place) ?? worse.message) : null,
    shape: shapes.get(id) ?? null,
    params: estimate.componentParams.get(id) ?? 0,
  };
}

const TAKES: Record<ShapeKind, string> = { board: "the board", tokens: "a vector per cell", vector: "one vector" };

/** Why a block cannot read what flows at a place, in fewer words than the rule has; null where that is not the reason. */
function reasonHere(design: ModelArchitecture, type: string, place: Place): string | null {
  if (place.kind === "loose") return null;
  const here = checkDocument(design).shapes.get(place.from);
  const accepts = catalogue.get(type)?.accepts ?? [];
  if (!here || accepts.includes(here.kind)) return null;
  if (here.kind === "board") return "Needs vectors: put an Embedding before it.";
  return `Takes ${accepts.map((kind) => TAKES[kind]).join(" or ")}; here flows ${formatShape(here)}.`;
}

export interface Candidate {
  id: string;
  connected: boolean;
  shape: Shape | null;
  /** Whether a connection from it makes nothing worse. */
  fits: boolean;
}

/** The blocks that `id` could read: all that neither follow it nor end the network. */
export function inputCandidates(design: ModelArchitecture, id: string): Candidate[] {
  const { design: graph, shapes } = checkDocument(design);
  const block = graph.byId.get(id)?.block;
  if (!block || block.maxInputs === 0) return [];
  const behind = graph.reachedFrom([id]);
  const connected = new Set(sourcesOf(design, id));
  return graph.components
    .filter((other) => connected.has(other.id) || (!behind.has(other.id) && other.block !== null && !other.block.isHead))
    .map((other) => ({
      id: other.id,
      connected: connected.has(other.id),
      shape: shapes.get(other.id) ?? null,
      fits: connected.has(other.id) || connectsCleanly(design, other.id, id),
    }));
}

function connectsCleanly(design: ModelArchitecture, from: string, to: string): boolean {
  const trial = structuredClone(design);
  connect(trial, from, to);
  const { result } = checkDocument(trial);
  return !result.issues.some(({ severity, component_id }) => severity === "error" && component_id === to);
}
