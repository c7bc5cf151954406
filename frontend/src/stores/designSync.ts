/**
 * Keeps the open design in IndexedDB and on the server. Every edit is on the phone within a moment and goes out with
 * If-Match when the server is there; edits of designs that are not open go out at the next start or return.
 */
import { create } from "zustand";
import { api } from "../api/client";
import { Problem, Unreachable } from "../api/problems";
import type { ModelArchitecture } from "../domain/types";
import { onReturn } from "./connection";
import { answers, kept, type KeptDesign } from "./db";
import { replaceDesign, type SaveState, useDesignStore } from "./designStore";

const KEEP_MS = 150;
const SAVE_MS = 900;
/** Between two tries while the server answers that it cannot save now. */
const RETRY_MS = 5_000;

export type OpenState = "none" | "loading" | "open" | "missing" | "unreachable";

interface SyncState {
  openState: OpenState;
  /** What someone else saved first, while this phone has edits too. */
  conflict: { theirs: ModelArchitecture; etag: string } | null;
  /** Designs with edits that the server does not have yet. */
  outbox: number;
}

export const useSync = create<SyncState>(() => ({ openState: "none", conflict: null, outbox: 0 }));

let base = "";
let saving: Promise<void> | null = null;
let keepTimer = 0;
let saveTimer = 0;
/** Set while a design of the server or of IndexedDB is put into the store: that is no edit. */
let loading = false;

const current = (): ModelArchitecture | null => useDesignStore.getState().currentDesign;
const setSaveState = (state: SaveState): void => useDesignStore.getState().setSaveState(state);

/** Starts keeping and saving; call once. */
export function startSync(): void {
  useDesignStore.subscribe((state, before) => {
    if (loading || state.currentDesign === before.currentDesign || !state.currentDesign) return;
    if (state.saveState !== "conflict") setSaveState("dirty");
    window.clearTimeout(keepTimer);
    keepTimer = window.setTimeout(() => void keep(true), KEEP_MS);
    scheduleSave();
  });
  onReturn(() => void flush());
  window.addEventListener("pagehide", () => {
    if (useDesignStore.getState().saveState === "dirty") void keep(true);
  });
  void flush();
}

function scheduleSave(): void {
  window.clearTimeout(saveTimer);
  saveTimer = window.setTimeout(() => void saveNow(), SAVE_MS);
}

function show(design: ModelArchitecture | null, etag: string, saveState: SaveState): void {
  loading = true;
  base = etag;
  replaceDesign(design);
  setSaveState(saveState);
  loading = false;
}

async function keep(dirty: boolean): Promise<void> {
  window.clearTimeout(keepTimer);
  const design = current();
  if (!design) return;
  await kept.put({ id: design.id, design, base, dirty, changedAt: Date.now() });
  await countOutbox();
}

async function countOutbox(): Promise<void> {
  const all = await kept.all();
  useSync.setState({ outbox: all.filter((one) => one.dirty).length });
}

/** Shows a design: at once what the phone has, then what the server has, unless the phone has edits of its own. */
export async function openDesign(id: string): Promise<void> {
  await closeDesign();
  useSync.setState({ openState: "loading", conflict: null });
  void answers.put("current-design", id);
  const local = await kept.get(id);
  if (local) {
    show(local.design, local.base, local.dirty ? "dirty" : "saved");
    useSync.setState({ openState: "open" });
  }
  if (local?.dirty) await saveNow();
  else await refresh(id, local !== undefined);
}

/** Saves what is open and closes it. */
export async function closeDesign(): Promise<void> {
  if (!current()) return;
  if (useDesignStore.getState().saveState === "dirty") {
    await keep(true);
    void saveNow();
  }
  window.clearTimeout(saveTimer);
}

async function refresh(id: string, isShown: boolean): Promise<void> {
  try {
    const { data, etag } = await api.getDesign(id);
    if (current()?.id === id && useDesignStore.getState().saveState !== "saved") return;
    if (etag !== base || !isShown) show(data, etag ?? "", "saved");
    useSync.setState({ openState: "open" });
    await keep(false);
  } catch (error) {
    if (error instanceof Problem && error.status === 404) {
      if (isShown) setSaveState("gone");
      else useSync.setState({ openState: "missing" });
    } else if (!isShown) {
      useSync.setState({ openState: "unreachable" });
    }
  }
}

/** Sends the open design now; resolves when the server has it, or it is known why not. */
export async function saveNow(): Promise<void> {
  window.clearTimeout(saveTimer);
  await saving;
  const design = current();
  const { saveState } = useDesignStore.getState();
  if (!design || saveState === "saved" || saveState === "conflict" || saveState === "gone") return;
  saving = send(design).finally(() => {
    saving = null;
  });
  await saving;
}

async function send(design: ModelArchitecture): Promise<void> {
  setSaveState("saving");
  const isShown = (): boolean => current()?.id === design.id;
  try {
    const { etag } = await api.saveDesign(design, base);
    if (!isShown()) {
      await keepElsewhere(design, etag ?? "");
      return;
    }
    base = etag ?? "";
    const changed = current() !== design;
    setSaveState(changed ? "dirty" : "saved");
    await keep(changed);
    if (changed) scheduleSave();
  } catch (error) {
    const state = stateAfter(error);
    // One that was closed meanwhile is in IndexedDB as unsent already.
    if (isShown()) await keepUnsent(error, state);
  }
}

async function keepElsewhere(design: ModelArchitecture, etag: string): Promise<void> {
  const local = await kept.get(design.id);
  const dirty = local !== undefined && JSON.stringify(local.design) !== JSON.stringify(design);
  await kept.put({ id: design.id, design: dirty ? local.design : design, base: etag, dirty, changedAt: Date.now() });
  await countOutbox();
}

async function keepUnsent(error: unknown, state: SaveState): Promise<void> {
  setSaveState(state);
  if (state === "waiting") saveTimer = window.setTimeout(() => void saveNow(), RETRY_MS);
  if (error instanceof Problem && error.status === 412) {
    useSync.setState({ conflict: { theirs: error.body["current"] as ModelArchitecture, etag: error.etag ?? "" } });
  }
  await keep(true);
}

function stateAfter(error: unknown): SaveState {
  if (error instanceof Problem) {
    if (error.status === 412) return "conflict";
    if (error.status === 404) return "gone";
    return error.status === 422 ? "refused" : "waiting";
  }
  if (error instanceof Unreachable) return "waiting";
  throw error;
}

/** Ends a conflict: "mine" goes over the other's revision, "theirs" replaces what is shown. */
export async function resolveConflict(choice: "mine" | "theirs"): Promise<void> {
  const { conflict } = useSync.getState();
  if (!conflict) return;
  useSync.setState({ conflict: null });
  if (choice === "theirs") {
    show(conflict.theirs, conflict.etag, "saved");
    await keep(false);
    return;
  }
  base = conflict.etag;
  setSaveState("dirty");
  await keep(true);
  await saveNow();
}

/** Stores a design that was deleted elsewhere as a new one; returns its id. */
export async function saveAsNew(): Promise<string | null> {
  const design = current();
  if (!design) return null;
  const { id } = await api.createDesign({ name: design.name });
  const { etag } = await api.getDesign(id);
  const copy = { ...design, id };
  await api.saveDesign(copy, etag ?? "");
  await forget(design.id);
  return id;
}

/** Drops what the phone keeps of a design. */
export async function forget(id: string): Promise<void> {
  if (current()?.id === id) show(null, "", "saved");
  await kept.remove(id);
  await countOutbox();
}

/** Sends every edit that waits. */
async function flush(): Promise<void> {
  const open = current();
  if (open && useDesignStore.getState().saveState === "saved") await refresh(open.id, true);
  else await saveNow();
  const waiting = (await kept.all()).filter((one) => one.dirty && one.id !== current()?.id);
  for (const one of waiting) await flushOne(one);
  await countOutbox();
}

async function flushOne(one: KeptDesign): Promise<void> {
  try {
    const { etag } = await api.saveDesign(one.design, one.base);
    await kept.put({ ...one, base: etag ?? "", dirty: false });
  } catch (error) {
    // Stays in the outbox; a conflict is asked about when the design is opened.
    if (!(error instanceof Problem || error instanceof Unreachable)) throw error;
  }
}
