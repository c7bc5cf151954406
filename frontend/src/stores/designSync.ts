/**
 * Keeps the open design in IndexedDB, within a moment of each edit, and has the outbox send it. What other tabs and
 * other devices changed comes back the same way: through the kept record, folded into what is shown.
 */
import { create } from "zustand";
import { api } from "../api/client";
import { Problem } from "../api/problems";
import { merge } from "../domain/merge";
import { sameArchitecture } from "../domain/same";
import type { ModelArchitecture } from "../domain/types";
import { announce, onChange } from "./changes";
import { onReturn, useConnection } from "./connection";
import { answers, type Base, deletions, fresh, kept, type KeptDesign, type KeptHistory } from "./db";
import { designHistory, replaceDesign, type SaveState, useDesignStore } from "./designStore";
import { change, flush, incorporate, onMerged, sendDesign, startOutbox, useOutbox } from "./outbox";
import { openSheet } from "./sheets";
import { toast } from "./toasts";
import { historyOf, keepHistory, loadHistory, pruneHistories } from "./undoHistory";

const KEEP_MS = 150;
const SAVE_MS = 900;
/** How often an open, unchanged design asks whether another device changed it. */
const LOOK_MS = 15_000;

export type OpenState = "none" | "loading" | "open" | "missing" | "unreachable";

export interface Conflict {
  base: ModelArchitecture | null;
  theirs: ModelArchitecture;
  etag: string;
}

interface SyncState {
  openState: OpenState;
  /** What someone else saved first, where it does not merge by itself with this phone's edits. */
  conflict: Conflict | null;
  /** Designs with edits that the server does not have yet. */
  outbox: number;
}

export const useSync = create<SyncState>(() => ({ openState: "none", conflict: null, outbox: 0 }));

useOutbox.subscribe(({ items }) => useSync.setState({ outbox: items.length }));

/** What IndexedDB holds of the open design, as far as this tab knows. */
let known: { id: string; design: ModelArchitecture; edition: number } | null = null;
let keepTimer = 0;
let saveTimer = 0;
/** Set while a design of IndexedDB is put into the store: that is no edit. */
let loading = false;
let visit = 0;

const current = (): ModelArchitecture | null => useDesignStore.getState().currentDesign;
const openId = (): string | null => known?.id ?? null;

/** Starts keeping and sending; call once. */
export function startSync(): void {
  useDesignStore.subscribe((state, before) => {
    if (loading || state.currentDesign === before.currentDesign || !state.currentDesign) return;
    if (state.saveState !== "conflict") useDesignStore.getState().setSaveState("dirty");
    window.clearTimeout(keepTimer);
    keepTimer = window.setTimeout(() => void keep(), KEEP_MS);
    window.clearTimeout(saveTimer);
    saveTimer = window.setTimeout(() => void saveNow(), SAVE_MS);
  });
  onChange(({ what, id }) => {
    if (what === "design" && id === openId()) void readAgain(id);
  });
  onMerged((id) => {
    if (id === openId()) toast("Merged with changes from another device", "good", { label: "Undo", run: () => designHistory.getState().undo() });
  });
  onReturn(() => void look());
  useConnection.subscribe(() => {
    if (known) void readAgain(known.id);
  });
  window.setInterval(() => {
    if (document.visibilityState === "visible" && useConnection.getState().connection === "online") void look();
  }, LOOK_MS);
  window.addEventListener("pagehide", () => void keep());
  startOutbox();
  void pruneHistories();
}

/** Asks the server for the open design, unless edits are on their way: their answer tells. */
async function look(): Promise<void> {
  const id = openId();
  if (id && useDesignStore.getState().saveState === "saved") await refresh(id, true);
}

/** Writes what is shown into IndexedDB; where another tab or the outbox wrote meanwhile, both are joined. */
async function keep(): Promise<void> {
  window.clearTimeout(keepTimer);
  const design = current();
  const before = known;
  if (!design || !before || design.id !== before.id || design === before.design) return;
  const record = await kept.update(design.id, (found) => {
    const now = Date.now();
    const joined = !found || found.edition === before.edition ? design : merge(before.design, design, found.design).merged;
    const edited = { dirty: true, changedAt: now, edition: (found?.edition ?? 0) + 1 };
    return { ...(found ?? fresh(joined)), ...edited, design: joined, waitingSince: found?.waitingSince ?? now };
  }, () => historyOf(design));
  if (record) adopt(record, design);
  announce({ what: "design", id: design.id });
}

async function readAgain(id: string): Promise<void> {
  const record = await kept.get(id);
  if (known?.id !== id) return;
  if (record) adopt(record, known.design);
  else if (await deletions.get(id)) {
    await letGo(id);
    useSync.setState({ openState: "missing" });
  }
}

/** Shows the record's design together with what the user changed since `seen`, as one step of undo. */
function adopt(record: KeptDesign, seen: ModelArchitecture): void {
  const shown = current();
  if (!shown || known?.id !== record.id || shown.id !== record.id || record.edition < known.edition) return;
  if (record.edition === known.edition) {
    tell(record);
    return;
  }
  known = { id: record.id, design: record.design, edition: record.edition };
  const next = shown === seen ? record.design : merge(seen, shown, record.design).merged;
  if (sameArchitecture(next, shown)) {
    // The same document: the user's own object stays, and with it what undo shares with it.
    if (shown === seen) known.design = shown;
  } else {
    setQuietly(() => useDesignStore.getState().setDesign(next));
    void keepHistory(historyOf(next));
  }
  tell(record);
}

function setQuietly(set: () => void): void {
  loading = true;
  set();
  loading = false;
}

/** What the record says of its way to the server. */
function tell(record: KeptDesign): void {
  useDesignStore.getState().setSaveState(current() === known?.design ? saveStateOf(record) : "dirty");
  const { conflict, base } = record;
  const theirs = conflict?.design;
  const before = useSync.getState().conflict;
  if (before?.etag !== conflict?.etag) {
    if (conflict) openSheet({ kind: "merge" });
    useSync.setState({ conflict: conflict && theirs ? { base: base?.design ?? null, theirs, etag: conflict.etag } : null });
  }
}

function saveStateOf({ dirty, conflict, trouble }: KeptDesign): SaveState {
  if (conflict) return "conflict";
  if (trouble?.kind === "gone" || trouble?.kind === "refused") return trouble.kind;
  if (!dirty) return "saved";
  return trouble || useConnection.getState().connection !== "online" ? "waiting" : "saving";
}

/** Shows a design: at once what the phone has, then what the server has besides. */
export async function openDesign(id: string): Promise<void> {
  await closeDesign();
  visit += 1;
  const mine = visit;
  useSync.setState({ openState: "loading", conflict: null });
  void answers.put("current-design", id);
  const local = await kept.get(id);
  const history = local ? await loadHistory(local.design) : null;
  if (mine !== visit) return;
  if (local) show(local, history);
  if (local?.dirty) await sendDesign(id);
  else await refresh(id, local !== undefined);
}

function show(record: KeptDesign, history: KeptHistory | null = null): void {
  // The history's copy of the design shares its parts with the steps.
  const design = history?.present ?? record.design;
  known = { id: record.id, design, edition: record.edition };
  setQuietly(() => replaceDesign(design, history?.past, history?.future));
  useSync.setState({ openState: "open" });
  tell(record);
}

/** Keeps what is open and lets it go. */
export async function closeDesign(): Promise<void> {
  window.clearTimeout(saveTimer);
  if (useDesignStore.getState().saveState === "dirty") {
    await keep();
    void flush();
  }
}

async function refresh(id: string, isShown: boolean): Promise<void> {
  const mine = visit;
  const askedAt = (await kept.get(id))?.base?.etag ?? null;
  try {
    const { data, etag } = await api.getDesign(id);
    await keep();
    const theirs: Base = { etag: etag ?? "", design: data };
    const clean = { ...fresh(data), base: theirs, dirty: false, waitingSince: null };
    const record = await kept.update(id, (found) => (found ? undefined : clean));
    if (isShown) await incorporate(id, theirs, askedAt);
    else if (record && mine === visit) show(record);
  } catch (error) {
    const isMissing = error instanceof Problem && error.status === 404;
    if (mine !== visit) return;
    if (isShown && isMissing) await change(id, (found) => ({ ...found, trouble: { kind: "gone", text: "Deleted on another device." } }));
    else if (!isShown) useSync.setState({ openState: isMissing ? "missing" : "unreachable" });
  }
}

/** Sends the open design now; resolves when the server has it, or it is known why not. */
export async function saveNow(): Promise<void> {
  window.clearTimeout(saveTimer);
  await keep();
  const id = openId();
  if (!id || useDesignStore.getState().saveState === "saved") return;
  await sendDesign(id);
  await readAgain(id);
}

/** Ends a conflict with `design`, which holds what the user wants of both versions. */
export async function resolveConflict(design: ModelArchitecture, theirs: Base): Promise<void> {
  await keep();
  await change(design.id, (found) => ({
    ...found,
    design,
    base: theirs,
    conflict: null,
    unheard: [],
    edition: found.edition + 1,
    dirty: theirs.design === null || !sameArchitecture(design, theirs.design),
  }));
  await readAgain(design.id);
  await sendDesign(design.id);
}

/** Puts a design that was deleted elsewhere back under its id. */
export async function putBack(id: string): Promise<void> {
  await keep();
  await change(id, (found) => ({ ...found, base: null, dirty: true, unheard: [], trouble: null, waitingSince: Date.now() }));
  await sendDesign(id);
}

/** Keeps the open design for the last time and takes it off the screen, for example because it is being deleted. */
export async function letGo(id: string): Promise<void> {
  if (openId() !== id) return;
  await keep();
  window.clearTimeout(keepTimer);
  window.clearTimeout(saveTimer);
  known = null;
  visit += 1;
  setQuietly(() => replaceDesign(null));
}
