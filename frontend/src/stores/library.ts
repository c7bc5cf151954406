/** The lists of the first screens: designs, templates, runs. The last answers are kept for when the server is away. */
import { create } from "zustand";
import { api } from "../api/client";
import { explain } from "../api/problems";
import type { DesignMeta, RunDetail, Template } from "../api/types";
import { answers, kept } from "./db";

interface Library {
  designs: DesignMeta[] | null;
  templates: Template[] | null;
  runs: RunDetail[] | null;
  /** Why a list is not fresh, for people. */
  problem: string | null;
}

export const useLibrary = create<Library>(() => ({ designs: null, templates: null, runs: null, problem: null }));

type ListName = "designs" | "templates" | "runs";

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

export const loadDesigns = (): Promise<void> => load("designs", api.listDesigns);
export const loadTemplates = (): Promise<void> => load("templates", api.templates);
export const loadRuns = (): Promise<void> => load("runs", () => api.listRuns());

/** Makes a design, empty or from a template; returns its id. */
export async function createDesign(body: { name?: string; template?: string }): Promise<string> {
  const meta = await api.createDesign(body);
  await changeDesigns((designs) => [meta, ...designs]);
  return meta.id;
}

export async function deleteDesign(id: string): Promise<void> {
  await api.deleteDesign(id);
  await kept.remove(id);
  await changeDesigns((designs) => designs.filter((meta) => meta.id !== id));
}

/** Also in the kept answer, so that the list is right when the page opens offline. */
async function changeDesigns(change: (designs: DesignMeta[]) => DesignMeta[]): Promise<void> {
  const designs = change(useLibrary.getState().designs ?? []);
  useLibrary.setState({ designs });
  await answers.put("designs", designs);
}

const LIVE = new Set(["queued", "starting", "running", "paused", "stopping"]);

/** Whether a run is not over and has a process, or will get one. */
export function isLive(run: Pick<RunDetail, "state">): boolean {
  return LIVE.has(run.state);
}
