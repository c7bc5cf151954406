/** Compile and Train: what the two buttons of the studio do. */
import { create } from "zustand";
import hyperparametersSpec from "../../../spec/hyperparameters.json";
import { api } from "../api/client";
import { explain, Problem, Unreachable } from "../api/problems";
import type { CompileResult, TrainRequest } from "../api/types";
import type { Issue } from "../domain/types";
import { useDesignStore } from "./designStore";
import { saveNow } from "./designSync";
import { track } from "./events";
import { randomHex } from "./newDesign";

export type HyperValue = number | boolean | string;

export interface Hyperparameter {
  name: string;
  group: string;
  kind: "int" | "float" | "bool" | "choice";
  default: HyperValue;
  /** What a choice may be. */
  values?: { value: string; label: string }[];
  min?: number;
  max?: number;
  live: boolean;
  label: string;
  help: string;
}

export const groups = hyperparametersSpec.groups;
export const hyperparameters = hyperparametersSpec.hyperparameters as Hyperparameter[];
export const runDefaults = hyperparametersSpec.run;

/** How long a run goes on; the amount that does not count now is remembered. */
export interface Budget {
  by: "minutes" | "steps";
  minutes: number;
  steps: number;
}

export interface TrainOptions {
  budget: Budget;
  seed: number;
  /** As far as they differ from the defaults. */
  hyperparameters: Record<string, HyperValue>;
}

/** Programs train by steps unless they say more; who holds a phone thinks in minutes. */
export const DEFAULT_OPTIONS: TrainOptions = {
  budget: { by: "minutes", minutes: 10, steps: runDefaults.total_steps.default },
  seed: runDefaults.seed.default,
  hyperparameters: {},
};

/** The budget as the server takes it: minutes alone have no limit of steps beside them. */
export function budgetRequest({ by, minutes, steps }: Budget): Pick<TrainRequest, "minutes" | "total_steps"> {
  return by === "minutes" ? { minutes } : { total_steps: steps };
}

export interface Compiled {
  designId: string;
  result: CompileResult;
  source: string;
  /** From the question to the answer, as the user waited. */
  tookMs: number;
}

interface TrainingState {
  busy: "compile" | "train" | null;
  compiled: Compiled | null;
  failure: { title: string; detail: string; issues: Issue[] } | null;
  /** Of the next Train. */
  options: TrainOptions;
}

export const useTraining = create<TrainingState>(() => ({ busy: null, compiled: null, failure: null, options: DEFAULT_OPTIONS }));

// What was compiled is no longer what is shown.
useDesignStore.subscribe((state, before) => {
  if (state.currentDesign !== before.currentDesign && useTraining.getState().compiled) dismissCompiled();
});

function fail(title: string, error: unknown): void {
  const issues = error instanceof Problem ? error.issues : [];
  useTraining.setState({ failure: { title, detail: explain(error), issues } });
}

/** The stable code of a refusal, else what kind of failure it was. */
function kindOf(error: unknown): string {
  if (error instanceof Problem) return error.code;
  return error instanceof Error ? error.name : "unknown";
}

/** Saves first: the server compiles what it has. */
async function savedDesignId(): Promise<string> {
  await saveNow();
  const { currentDesign, saveState } = useDesignStore.getState();
  if (!currentDesign) throw new Error("No design is open.");
  if (saveState === "conflict") throw new Error("Someone else changed this design. Choose which version to keep first.");
  if (saveState === "refused") throw new Error("The server does not take this design as it is. See the problems above the blocks.");
  if (saveState !== "saved") throw new Unreachable("not saved");
  return currentDesign.id;
}

export async function compileDesign(): Promise<void> {
  useTraining.setState({ busy: "compile", failure: null, compiled: null });
  try {
    const designId = await savedDesignId();
    const startedMs = performance.now();
    const result = await api.compile(designId);
    const tookMs = performance.now() - startedMs;
    const source = await api.source(designId);
    useTraining.setState({ compiled: { designId, result, source, tookMs } });
    track("compile_success", { designId, paramCount: result.paramCount, time_ms: Math.round(tookMs) });
  } catch (error) {
    fail("Not compiled", error);
    track("compile_failed", { kind: kindOf(error) });
  } finally {
    useTraining.setState({ busy: null });
  }
}

/** One key per tap: a repeated request after a lost answer starts no second run. */
export async function trainDesign(): Promise<string | null> {
  useTraining.setState({ busy: "train", failure: null });
  try {
    const designId = await savedDesignId();
    const runId = await startRun(designId, randomHex());
    track("train_started", { designId });
    return runId;
  } catch (error) {
    fail("Not started", error);
    track("train_failed", { kind: kindOf(error) });
    return null;
  } finally {
    useTraining.setState({ busy: null });
  }
}

async function startRun(designId: string, key: string): Promise<string> {
  const { budget, seed, hyperparameters: changes } = useTraining.getState().options;
  const wish: TrainRequest = { ...budgetRequest(budget), seed, hyperparameters: changes };
  try {
    return (await api.train(designId, wish, key)).run_id;
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    return (await api.train(designId, wish, key)).run_id;
  }
}

export function dismissCompiled(): void {
  useTraining.setState({ compiled: null });
}

export function dismissFailure(): void {
  useTraining.setState({ failure: null });
}
