/**
 * Undo that survives a reload. The steps are kept as whole designs: IndexedDB stores an object that several of them
 * share once, and edits through immer share all that they did not touch.
 */
import { sameArchitecture } from "../domain/same";
import type { ModelArchitecture, ModelComponent } from "../domain/types";
import { db, type KeptHistory } from "./db";
import { designHistory, UNDO_STEPS } from "./designStore";

const MAX_BYTES = 500_000;
/** What a reference to an object that was already stored takes. */
const REFERENCE_BYTES = 4;
const EDGE_BYTES = 40;
/** Name, numbers and the like. */
const DESIGN_BYTES = 200;
const KEPT_DESIGNS = 20;

/** The steps around the shown design, the oldest left out where they are too many or too large. */
export function historyOf(present: ModelArchitecture): KeptHistory {
  const { pastStates, futureStates } = designHistory.getState();
  const designs = (steps: typeof pastStates): ModelArchitecture[] => steps.flatMap(({ currentDesign }) => currentDesign ?? []);
  const size = sizer();
  size(present);
  const future = within(designs(futureStates), size);
  return { id: present.id, at: Date.now(), present, past: within(designs(pastStates), size), future };
}

/** The last ones that fit. */
function within(designs: readonly ModelArchitecture[], size: (design: ModelArchitecture) => number): ModelArchitecture[] {
  const recent = designs.slice(-UNDO_STEPS);
  let at = recent.length;
  while (at > 0) {
    const design = recent[at - 1];
    if (!design || size(design) > MAX_BYTES) break;
    at -= 1;
  }
  return recent.slice(at);
}

/** Counts the bytes of all designs it is given, those of shared parts once. */
function sizer(): (design: ModelArchitecture) => number {
  const seen = new Set<object>();
  let bytes = 0;
  const isNew = (part: object): boolean => {
    bytes += REFERENCE_BYTES;
    if (seen.has(part)) return false;
    seen.add(part);
    return true;
  };
  const bytesOf = (component: ModelComponent): number => JSON.stringify(component).length;
  return ({ components, edges }) => {
    bytes += DESIGN_BYTES;
    if (isNew(components)) components.filter(isNew).forEach((component) => (bytes += bytesOf(component)));
    if (isNew(edges)) bytes += edges.filter(isNew).length * EDGE_BYTES;
    return bytes;
  };
}

/** Keeps the steps of a design that was changed without an edit, for example by a merge. */
export async function keepHistory(history: KeptHistory): Promise<void> {
  await (await db()).put("history", history);
}

/** The kept steps, as they lead to `design`; null where they lead somewhere else. */
export async function loadHistory(design: ModelArchitecture): Promise<KeptHistory | null> {
  const history = await (await db()).get("history", design.id);
  if (!history) return null;
  if (sameArchitecture(history.present, design)) return history;
  // It was changed while it was closed, by a merge or a new name: that is one more step. Something else altogether is not.
  const ids = new Set(design.components.map(({ id }) => id));
  const isRelated = history.present.components.some(({ id }) => ids.has(id));
  return isRelated ? { ...history, past: [...history.past, history.present], present: design, future: [] } : null;
}

/** Forgets the steps of the designs that were not edited for longest. */
export async function pruneHistories(): Promise<void> {
  const database = await db();
  const all = await database.getAll("history");
  const old = all.sort((a, b) => b.at - a.at).slice(KEPT_DESIGNS);
  for (const { id } of old) await database.delete("history", id);
}
