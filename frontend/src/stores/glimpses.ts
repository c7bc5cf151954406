/**
 * What the list of designs shows of each besides its name: picture, number of blocks, parameters. Designs that this phone
 * has are read from IndexedDB; the others are fetched once per revision, two at a time, and remembered.
 */
import { create } from "zustand";
import { api } from "../api/client";
import { Problem, Unreachable } from "../api/problems";
import type { DesignMeta } from "../api/types";
import { type Sketch, sketchOf } from "../domain/sketch";
import type { ModelArchitecture } from "../domain/types";
import { analyse } from "../domain/validate";
import { answers, kept, type KeptDesign } from "./db";
import { revisionOf } from "./library";

/** Pixels of the picture in a row of the list. */
const PICTURE = { width: 60, height: 68 };
const AT_ONCE = 2;
const ANSWER = "glimpses";
/** Raised when what is remembered changes. */
const FORM = 1;

export interface Glimpse {
  /** Of the server; null for what only this phone has. */
  revision: number | null;
  sketch: Sketch;
  blocks: number;
  params: number;
  /** Types of its blocks, each once. */
  types: string[];
}

/** How a design stands to the server: `waiting` to be sent, in `conflict`, or with `trouble` that needs a look. */
export type Standing = "saved" | "waiting" | "conflict" | "trouble";

interface Glimpses {
  glimpses: Record<string, Glimpse>;
  standings: Record<string, Standing>;
}

export const useGlimpses = create<Glimpses>(() => ({ glimpses: {}, standings: {} }));

function glimpseOf(design: ModelArchitecture, revision: number | null): Glimpse {
  return {
    revision,
    sketch: sketchOf(design, PICTURE),
    blocks: design.components.length,
    params: analyse(design).paramCount,
    types: [...new Set(design.components.map(({ type }) => type))],
  };
}

function standingOf({ conflict, trouble, dirty }: KeptDesign): Standing {
  if (conflict !== null) return "conflict";
  if (trouble !== null && trouble.kind !== "busy") return "trouble";
  return dirty ? "waiting" : "saved";
}

let round = 0;

/** Brings the glimpses of `metas` up to date; a newer call takes over from an older one. */
export async function lookAt(metas: readonly DesignMeta[]): Promise<void> {
  round += 1;
  const own = round;
  const [local, remembered] = await Promise.all([kept.all(), answers.get<{ form: number; glimpses: Record<string, Glimpse> }>(ANSWER)]);
  const before = { ...(remembered?.form === FORM ? remembered.glimpses : {}), ...useGlimpses.getState().glimpses };
  const byId = new Map(local.map((one) => [one.id, one]));
  const glimpses: Record<string, Glimpse> = {};
  const missing: DesignMeta[] = [];
  for (const { id, ...meta } of metas) {
    const one = byId.get(id);
    const old = before[id];
    if (one?.dirty) glimpses[id] = glimpseOf(one.design, null);
    else if (one && revisionOf(one) >= meta.revision) glimpses[id] = glimpseOf(one.design, revisionOf(one));
    else {
      if (old) glimpses[id] = old;
      if ((old?.revision ?? 0) < meta.revision) missing.push({ id, ...meta });
    }
  }
  if (own !== round) return;
  useGlimpses.setState({ glimpses, standings: Object.fromEntries(local.map((one) => [one.id, standingOf(one)])) });
  await Promise.all(Array.from({ length: AT_ONCE }, () => fetchNext(missing, own)));
  if (own === round) await answers.put(ANSWER, { form: FORM, glimpses: useGlimpses.getState().glimpses });
}

async function fetchNext(missing: DesignMeta[], own: number): Promise<void> {
  for (let meta = missing.shift(); meta && own === round; meta = missing.shift()) {
    const { id, revision } = meta;
    try {
      const { data } = await api.getDesign(id);
      if (own !== round) return;
      useGlimpses.setState(({ glimpses }) => ({ glimpses: { ...glimpses, [id]: glimpseOf(data, revision) } }));
    } catch (error) {
      if (error instanceof Unreachable) return;
      // Deleted meanwhile, or not readable now: the row goes without a picture.
      if (!(error instanceof Problem)) throw error;
    }
  }
}
