/**
 * The lists of the first screens: designs, templates, runs. The last answers are kept for when the server is away, and
 * what this phone created, changed or deleted shows at once: everything here works offline, the outbox sends it.
 */
import { create } from "zustand";
import { api } from "../api/client";
import { explain, Unreachable } from "../api/problems";
import type { DesignMeta, RunDetail, Template } from "../api/types";
import { copyName } from "../domain/names";
import type { ModelArchitecture } from "../domain/types";
import { announce, onChange } from "./changes";
import { answers, type Deletion, deletions, fresh, kept, type KeptDesign } from "./db";
import { emptyDesign, randomHex } from "./newDesign";
import { letGo } from "./designSync";
import { change, flush } from "./outbox";
import { useRoute } from "./route";

interface Library {
  designs: DesignMeta[] | null;
  templates: Template[] | null;
  runs: RunDetail[] | null;
  /** Why a list is not fresh, for people. */
  problem: string | null;
}

export const useLibrary = create<Library>(() => ({ designs: null, templates: null, runs: null, problem: null }));

type ListName = "templates" | "runs";

/** Shows the kept answer first, then the server's. */
async function load<K extends ListName>(name: K, ask: () => Promise<{ items: NonNullable<Library[K]> }>): Promise<void> {
  if (useLibrary.getState()[name] === null) {
    const cached = await answers.get<Library[K]>(name);
    if (cached && useLibrary.getState()[name] === null) useLibrary.setState({ [name]: cached });
  }
  try {
    const { items } = await ask();
    useLibrary.setState({ [name]: items, problem: null });
    await answers.put(name, items);
  } catch (error) {
    useLibrary.setState({ problem: explain(error) });
  }
}

export const loadTemplates = (): Promise<void> => load("templates", api.templates);
export const loadRuns = (): Promise<void> => load("runs", () => api.listRuns());

/** When the list was asked for that is shown; what was saved later is newer than its row. */
let listedAt = Infinity;

/** The server's list, or its last one, with what this phone did since. */
export async function loadDesigns(): Promise<void> {
  await showDesigns();
  try {
    const askedAt = Date.now();
    const { items } = await api.listDesigns();
    await answers.put("designs", items);
    listedAt = askedAt;
    useLibrary.setState({ problem: null });
  } catch (error) {
    useLibrary.setState({ problem: explain(error) });
  }
  await showDesigns();
}

async function showDesigns(): Promise<void> {
  const [items, local, gone] = await Promise.all([answers.get<DesignMeta[]>("designs"), kept.all(), deletions.all()]);
  const hasNews = local.some(({ dirty }) => dirty) || gone.length > 0;
  if (items || hasNews) useLibrary.setState({ designs: withLocal(items ?? [], local, gone, listedAt) });
}

const RELIST_MS = 400;
let relistTimer = 0;


onChange(({ what }) => {
  if (what !== "design" || useLibrary.getState().designs === null) return;
  void showDesigns();
  window.clearTimeout(relistTimer);
  if (useRoute.getState().route.screen !== "designs") return;
  // What the outbox has sent is in the server's list, with its date and revision.
  relistTimer = window.setTimeout(() => void loadDesigns(), RELIST_MS);
});

/** The server's list as it will be once the outbox is empty: the newest first. */
export function withLocal(
  items: readonly DesignMeta[],
  local: readonly KeptDesign[],
  gone: readonly Deletion[],
  askedAt = Infinity,
): DesignMeta[] {
  const deleted = new Set(gone.map(({ id }) => id));
  const listed = new Set(items.map(({ id }) => id));
  const byId = new Map(local.map((one) => [one.id, one]));
  const own = local
    .filter(({ id, dirty, changedAt }) => (dirty || changedAt > askedAt) && !listed.has(id))
    .sort((a, b) => b.changedAt - a.changedAt)
    .map((one) => metaOf(one));
  const known = items.map((meta) => {
    const one = byId.get(meta.id);
    return one && (one.dirty || revisionOf(one) > meta.revision) ? metaOf(one, meta) : meta;
  });
  return [...own, ...known].filter(({ id }) => !deleted.has(id));
}

/** The server's revision that a kept design builds on, from an ETag such as `"3"`; 0 where it has none. */
export function revisionOf({ base }: KeptDesign): number {
  return Number(/\d+/.exec(base?.etag ?? "")?.[0] ?? 0);
}

function metaOf({ id, design, changedAt }: KeptDesign, meta?: DesignMeta): DesignMeta {
  const at = new Date(changedAt).toISOString();
  return { id, name: design.name, revision: meta?.revision ?? 0, created_at: meta?.created_at ?? at, updated_at: at };
}

interface Beginning {
  name?: string;
  /** A slug of the templates. */
  template?: string;
  /** A design that was read and checked, for example an import; it gets an id of its own. */
  architecture?: Omit<ModelArchitecture, "id">;
}

/** Makes a design, empty or from something; returns its id at once, also offline. */
export async function createDesign({ name, template, architecture }: Beginning = {}): Promise<string> {
  const from = architecture ?? (template === undefined ? emptyDesign() : await templateDesign(template));
  const design = { ...structuredClone(from), id: randomHex(), name: name ?? from.name };
  await kept.put(fresh(design));
  announce({ what: "design", id: design.id });
  await showDesigns();
  void flush();
  return design.id;
}

async function templateDesign(slug: string): Promise<Omit<ModelArchitecture, "id">> {
  const find = (list: Template[] | null | undefined): Template | undefined => list?.find((one) => one.slug === slug);
  const cached = find(useLibrary.getState().templates) ?? find(await answers.get<Template[]>("templates"));
  const template = cached ?? find((await api.templates()).items);
  if (!template) throw new Error(`There is no template "${slug}".`);
  return template.design;
}

/** The design as this phone has it, else as the server has it. */
export async function readDesign(id: string): Promise<ModelArchitecture> {
  return (await kept.get(id))?.design ?? (await api.getDesign(id)).data;
}

/** The record of a design, fetched where this phone never opened it. */
async function recordOf(id: string): Promise<KeptDesign> {
  const local = await kept.get(id);
  if (local) return local;
  const { data, etag } = await api.getDesign(id);
  return { ...fresh(data), base: { etag: etag ?? "", design: data }, dirty: false, waitingSince: null };
}

/** Copies a design; returns the copy's id. */
export async function duplicateDesign(id: string): Promise<string> {
  const architecture = await readDesign(id);
  const taken = useLibrary.getState().designs?.map(({ name }) => name) ?? [];
  return createDesign({ architecture, name: copyName(architecture.name, taken) });
}

/** Renames a design that may be closed; the open one is renamed by an edit, which can be undone. */
export async function renameDesign(id: string, name: string): Promise<void> {
  const record = await recordOf(id);
  await kept.update(id, (found) => {
    const now = found ?? record;
    const waitingSince = now.waitingSince ?? Date.now();
    return { ...now, design: { ...now.design, name }, dirty: true, changedAt: Date.now(), waitingSince, edition: now.edition + 1 };
  });
  announce({ what: "design", id });
  void flush();
}

/** Deletes a design; `restoreDesign` brings it back, also after the server knows. */
export async function deleteDesign(id: string): Promise<void> {
  const name = useLibrary.getState().designs?.find((meta) => meta.id === id)?.name;
  // A design that this phone never opened and cannot fetch now is deleted all the same; the outbox fetches it first.
  await letGo(id);
  const record = await recordOf(id).catch(unreachable);
  const isSent = record !== null && record.base === null && record.unheard.length === 0;
  await deletions.put({ id, name: record?.design.name ?? name ?? "Design", deletedAt: Date.now(), isSent, kept: record });
  await kept.remove(id);
  announce({ what: "design", id });
  await showDesigns();
  void flush();
}

/** Undoes a deletion, with the same id. */
export async function restoreDesign(id: string): Promise<void> {
  const deletion = await deletions.get(id);
  if (!deletion) return;
  if (deletion.kept) {
    const back = { ...deletion.kept, conflict: null, trouble: null };
    const unsaved = { base: null, dirty: true, waitingSince: Date.now(), unheard: [] };
    await kept.put(deletion.isSent ? { ...back, ...unsaved } : back);
  }
  await deletions.remove(id);
  announce({ what: "design", id });
  await showDesigns();
  void flush();
}

/** Drops the edits that the server does not have: back to its version, or away where it has none. */
export async function discardEdits(id: string): Promise<void> {
  const record = await kept.get(id);
  if (!record) return;
  const { base, conflict } = record;
  const there = conflict ?? base;
  if (there?.design && record.trouble?.kind !== "gone") {
    const clean = { base: there, dirty: false, waitingSince: null, unheard: [], conflict: null, trouble: null };
    await change(id, (found) => ({ ...found, ...clean, design: there.design ?? found.design, edition: found.edition + 1 }));
  } else {
    await letGo(id);
    await kept.remove(id);
    announce({ what: "design", id });
  }
  await showDesigns();
}

function unreachable(error: unknown): null {
  if (error instanceof Unreachable) return null;
  throw error;
}

const LIVE = new Set(["queued", "starting", "running", "paused", "stopping"]);

/** Whether a run is not over and has a process, or will get one. */
export function isLive(run: Pick<RunDetail, "state">): boolean {
  return LIVE.has(run.state);
}
