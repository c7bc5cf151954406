/** The calls of CONTRACT.md that the page makes, each one line. */
import { type Answer, call, callText } from "./http";
import type {
  BranchRequest,
  CheckpointList,
  CompileResult,
  DesignMeta,
  Evaluation,
  ExportFormat,
  Game,
  GameMeta,
  Hyperparameters,
  Metrics,
  ModelArchitecture,
  Page,
  RevisionMeta,
  RunDetail,
  Template,
  TrainRequest,
} from "./types";

const API = "/api";
const json = async <T>(answer: Promise<Answer<T>>): Promise<T> => (await answer).data;
const at = (...parts: string[]): string => [API, ...parts.map(encodeURIComponent)].join("/");

/** All pages of a list, one after the other. */
async function everyPage<T>(ask: (query: string) => Promise<Page<T>>): Promise<{ items: T[] }> {
  const items: T[] = [];
  let query = "";
  for (;;) {
    const page = await ask(query);
    items.push(...page.items);
    if (page.next === null) return { items };
    query = `&cursor=${encodeURIComponent(page.next)}`;
  }
}

export const api = {
  listDesigns: (): Promise<{ items: DesignMeta[] }> => everyPage((query) => json(call("GET", `${at("designs")}?limit=200${query}`))),
  createDesign: (body: { name?: string; template?: string }): Promise<DesignMeta> =>
    json(call("POST", at("designs"), { body })),
  getDesign: (id: string): Promise<Answer<ModelArchitecture>> => call("GET", at("designs", id)),
  saveDesign: (design: ModelArchitecture, base: string): Promise<Answer<DesignMeta>> =>
    call("PUT", at("designs", design.id), { body: design, headers: { "if-match": base } }),
  /** Creates a design under an id of our own; 412 with the current body where the id is taken. */
  putNewDesign: (design: ModelArchitecture): Promise<Answer<DesignMeta>> =>
    call("PUT", at("designs", design.id), { body: design, headers: { "if-none-match": "*" } }),
  deleteDesign: (id: string): Promise<unknown> => json(call("DELETE", at("designs", id))),
  revisions: (id: string, cursor: string | null): Promise<Page<RevisionMeta>> =>
    json(call("GET", `${at("designs", id, "revisions")}?limit=30${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`)),
  revision: (id: string, revision: number): Promise<ModelArchitecture> =>
    json(call("GET", at("designs", id, "revisions", String(revision)))),
  compile: (id: string): Promise<CompileResult> => json(call("POST", at("designs", id, "compile"))),
  source: (id: string): Promise<string> => callText(at("designs", id, "source")),
  train: (id: string, body: TrainRequest, key: string): Promise<{ run_id: string }> =>
    json(call("POST", at("designs", id, "train"), { body, headers: { "idempotency-key": key } })),
  templates: (): Promise<{ items: Template[] }> => json(call("GET", at("templates"))),
  listRuns: (designId?: string): Promise<Page<RunDetail>> =>
    json(call("GET", `${at("runs")}?limit=50${designId ? `&design_id=${encodeURIComponent(designId)}` : ""}`)),
  getRun: (id: string): Promise<RunDetail> => json(call("GET", at("runs", id))),
  runDesign: (id: string): Promise<ModelArchitecture> => json(call("GET", at("runs", id, "design"))),
  control: (id: string, action: RunAction): Promise<RunDetail> => json(call("POST", at("runs", id, action))),
  setHyperparameters: (id: string, values: Hyperparameters): Promise<RunDetail> =>
    json(call("PATCH", at("runs", id, "hyperparameters"), { body: values })),
  metrics: (id: string, names: string[], maxPoints: number): Promise<Metrics> =>
    json(call("GET", `${at("runs", id, "metrics")}?names=${encodeURIComponent(names.join(","))}&max_points=${maxPoints}`)),
  evaluations: (id: string): Promise<{ items: Evaluation[] }> => json(call("GET", at("runs", id, "evaluations"))),
  checkpoints: (id: string): Promise<CheckpointList> => json(call("GET", at("runs", id, "checkpoints"))),
  pin: (id: string, step: number): Promise<CheckpointList> => json(call("PUT", at("runs", id, "checkpoints", String(step), "pin"))),
  unpin: (id: string, step: number): Promise<CheckpointList> => json(call("DELETE", at("runs", id, "checkpoints", String(step), "pin"))),
  branch: (id: string, body: BranchRequest): Promise<{ run_id: string }> => json(call("POST", at("runs", id, "branch"), { body })),
  games: (id: string): Promise<{ items: GameMeta[] }> => json(call("GET", at("runs", id, "games"))),
  game: (id: string, gameId: string): Promise<Game> => json(call("GET", at("runs", id, "games", gameId))),
  healthy: (): Promise<unknown> => call("GET", "/healthz"),
};

export type RunAction = "pause" | "resume" | "stop";

export function eventsUrl(runId: string): string {
  return at("runs", runId, "events");
}

/** Address of a model file: the run's latest checkpoint, in a format of CONTRACT.md. */
export function exportUrl(designId: string, runId: string, format: ExportFormat, step?: number): string {
  const query = new URLSearchParams({ fmt: format, run_id: runId, ...(step === undefined ? {} : { step: String(step) }) });
  return `${at("designs", designId, "export")}?${query}`;
}
