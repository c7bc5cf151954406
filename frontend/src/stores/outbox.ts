/**
 * Sends what waits in IndexedDB: new designs, edits and deletions, oldest first, one tab at a time. An edit arrives once:
 * before it goes out it is written down, and a 412 that shows what we wrote down is our own edit whose answer was lost.
 */
import { create } from "zustand";
import { api } from "../api/client";
import { Problem, Unreachable } from "../api/problems";
import { commonPart, merge } from "../domain/merge";
import { sameArchitecture } from "../domain/same";
import type { ModelArchitecture } from "../domain/types";
import { alone, announce, onChange } from "./changes";
import { onReturn } from "./connection";
import { type Base, type Deletion, deletions, kept, type KeptDesign, type Trouble } from "./db";
import { track } from "./events";
import { toast } from "./toasts";

export interface OutboxItem {
  id: string;
  name: string;
  what: "new" | "edit" | "delete";
  since: number;
  conflict: boolean;
  trouble: Trouble | null;
}

interface OutboxState {
  items: OutboxItem[];
  isSending: boolean;
  /** When the next try is due by itself, where the server asked to wait. */
  retryAt: number | null;
}

export const useOutbox = create<OutboxState>(() => ({ items: [], isSending: false, retryAt: null }));

const UNHEARD_KEPT = 20;
const MAX_TRIES_PER_PASS = 4;
const FIRST_RETRY_MS = 2_000;
const LAST_RETRY_MS = 60_000;

let retryMs = FIRST_RETRY_MS;
let retryTimer = 0;
let again = false;

/** Starts sending; call once. */
export function startOutbox(): void {
  onChange(({ what }) => {
    if (what === "design") void countOutbox();
  });
  onReturn(() => void flush());
  void countOutbox().then(flush);
}

/** Reads again what waits. */
export async function countOutbox(): Promise<void> {
  const [designs, gone] = await Promise.all([kept.all(), deletions.all()]);
  const items = [
    ...designs.filter(({ dirty }) => dirty).map(itemOf),
    ...gone.filter(({ isSent }) => !isSent).map(deletionItem),
  ].sort((a, b) => a.since - b.since);
  useOutbox.setState({ items });
}

function itemOf(one: KeptDesign): OutboxItem {
  const { id, design, conflict, trouble, base } = one;
  const since = one.waitingSince ?? one.changedAt;
  return { id, name: design.name, what: base ? "edit" : "new", since, conflict: conflict !== null, trouble };
}

function deletionItem({ id, name, deletedAt }: Deletion): OutboxItem {
  return { id, name, what: "delete", since: deletedAt, conflict: false, trouble: null };
}

/** Sends everything that waits; a call while one runs makes it look once more. */
export async function flush(): Promise<void> {
  again = true;
  await alone("outbox", async () => {
    // Whoever waited for the lock may find that the one before did its work.
    while (again) {
      again = false;
      await sendAll();
    }
  });
}

/** Sends one design now; resolves when the server has it, or it is known why not. */
export async function sendDesign(id: string): Promise<void> {
  await alone("outbox", () => guarded(() => sendOne(id)));
}

async function sendAll(): Promise<void> {
  await countOutbox();
  for (const { id, what, conflict, trouble } of useOutbox.getState().items) {
    // A conflict and a refusal wait for the user, not for the network.
    if (conflict || trouble?.kind === "gone" || trouble?.kind === "refused") continue;
    const isReached = await guarded(() => (what === "delete" ? sendDeletion(id) : sendOne(id)));
    if (!isReached) return;
  }
}

/** Whether the server could be reached; what it answered is written down in the record. */
async function guarded(work: () => Promise<void>): Promise<boolean> {
  window.clearTimeout(retryTimer);
  useOutbox.setState({ isSending: true, retryAt: null });
  try {
    await work();
    retryMs = FIRST_RETRY_MS;
    return true;
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    retryLater();
    return false;
  } finally {
    useOutbox.setState({ isSending: false });
    await countOutbox();
  }
}

function retryLater(): void {
  const wait = retryMs * (0.75 + Math.random() / 2);
  retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
  retryTimer = window.setTimeout(() => void flush(), wait);
  useOutbox.setState({ retryAt: Date.now() + wait });
}

async function sendOne(id: string): Promise<void> {
  for (let tries = 0; tries < MAX_TRIES_PER_PASS; tries += 1) {
    const record = await change(id, (found) => (found.dirty && !found.conflict ? { ...found, unheard: withSent(found) } : found));
    if (!record?.dirty || record.conflict) return;
    try {
      const { design, base } = record;
      const { etag } = await (base ? api.saveDesign(design, base.etag) : api.putNewDesign(design));
      await change(id, (found) => heard(found, { etag: etag ?? "", design }));
      return;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.status !== 412) {
        await note(id, error);
        return;
      }
      await incorporate(id, { etag: error.etag ?? "", design: error.body["current"] as ModelArchitecture });
    }
  }
}

function withSent({ unheard, design }: KeptDesign): ModelArchitecture[] {
  const last = unheard.at(-1);
  return last && sameArchitecture(last, design) ? unheard : [...unheard, design].slice(-UNHEARD_KEPT);
}

/** The answer is no success, and no word about another's edit either. */
async function note(id: string, error: Problem): Promise<void> {
  const kind = error.status === 404 ? "gone" : error.status === 422 || error.status === 413 ? "refused" : "busy";
  const text = error.errors[0] ?? error.message;
  await change(id, (found) => ({ ...found, unheard: kind === "busy" ? found.unheard : [], trouble: { kind, text } }));
  if (kind === "busy") throw new Unreachable(error);
}

/** The server has `base`, which is what we sent or holds it. */
function heard(found: KeptDesign, base: Base): KeptDesign {
  const dirty = base.design === null || !sameArchitecture(found.design, base.design);
  const waitingSince = dirty ? found.waitingSince : null;
  return { ...found, base, dirty, waitingSince, unheard: [], conflict: null, trouble: null };
}

/**
 * Takes in what the server has now: as our own edit, by itself, or as a conflict that the user decides. An answer to a
 * question that was asked at another base (`askedAt`) may be older than what we know, and is left.
 */
export async function incorporate(id: string, theirs: Base, askedAt?: string | null): Promise<void> {
  const outcome = { isMerged: false, conflicts: 0 };
  await change(id, (found) => {
    const there = theirs.design;
    if (!there || found.base?.etag === theirs.etag) return found;
    if (askedAt !== undefined && (found.base?.etag ?? null) !== askedAt) return found;
    if (!found.dirty) return { ...heard(found, theirs), design: there, edition: found.edition + 1 };
    if ([...found.unheard, found.design].some((sent) => sameArchitecture(sent, there))) return heard(found, theirs);
    const { merged, conflicts } = merge(found.base?.design ?? commonPart(found.design, there), found.design, there);
    outcome.conflicts = conflicts.length;
    if (conflicts.length > 0) return { ...found, conflict: theirs, unheard: [], trouble: null };
    outcome.isMerged = true;
    return { ...heard({ ...found, design: merged }, theirs), edition: found.edition + 1 };
  });
  if (outcome.conflicts > 0) track("conflict", { designId: id, count: outcome.conflicts });
  if (!outcome.isMerged) return;
  track("merge", { designId: id });
  merges.forEach((listener) => listener(id));
}

const merges = new Set<(id: string) => void>();

/** Calls `listener` when edits of this phone and another's were joined without a question. */
export function onMerged(listener: (id: string) => void): void {
  merges.add(listener);
}

/** Changes a record, if there is one, and tells everyone. */
export async function change(id: string, how: (found: KeptDesign) => KeptDesign): Promise<KeptDesign | undefined> {
  const record = await kept.update(id, (found) => (found ? how(found) : undefined));
  if (record) announce({ what: "design", id });
  return record;
}

async function sendDeletion(id: string): Promise<void> {
  const deletion = await deletions.get(id);
  if (!deletion || deletion.isSent) return;
  try {
    const { data, etag } = await api.getDesign(id);
    const known = deletion.kept;
    const isOurs = known?.unheard.some((sent) => sameArchitecture(sent, data)) ?? false;
    if (known?.base && known.base.etag !== etag && !isOurs) {
      await keepAfterAll(deletion, data.name);
      return;
    }
    await api.deleteDesign(id);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.status !== 404) throw new Unreachable(error);
  }
  await deletions.put({ ...deletion, isSent: true });
  announce({ what: "design", id });
}

/** Nobody's work goes with a deletion that did not know of it. */
async function keepAfterAll({ id, name }: Deletion, newName: string): Promise<void> {
  await deletions.remove(id);
  announce({ what: "design", id });
  toast(`${name} was changed on another device after you deleted it, so ${newName === name ? "it" : newName} is kept.`);
}
