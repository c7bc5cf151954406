/** The checkpoints of one run: what is kept and why, pinning, and branching from one. */
import { create } from "zustand";
import { api } from "../api/client";
import { explain } from "../api/problems";
import type { Checkpoint, CheckpointList } from "../api/types";
import { toast } from "./toasts";
import { type Budget, budgetRequest } from "./training";

interface CheckpointsState {
  runId: string | null;
  /** Newest first; null until they are known. */
  items: Checkpoint[] | null;
  /** What they take, and what is left of the server's disk. */
  space: { bytes: number; free: number } | null;
  problem: string | null;
}

const NOTHING = { items: null, space: null, problem: null };

export const useCheckpoints = create<CheckpointsState>(() => ({ runId: null, ...NOTHING }));

/** Reads what is on the server's disk now; what was known of this run stays until then. */
export async function loadCheckpoints(runId: string): Promise<void> {
  if (useCheckpoints.getState().runId !== runId) useCheckpoints.setState({ runId, ...NOTHING });
  try {
    show(runId, await api.checkpoints(runId));
  } catch (error) {
    change(runId, () => ({ problem: explain(error) }));
  }
}

function change(runId: string, patch: (state: CheckpointsState) => Partial<CheckpointsState>): void {
  useCheckpoints.setState((state) => (state.runId === runId ? patch(state) : {}));
}

function show(runId: string, { items, bytes, free_bytes: free }: CheckpointList): void {
  change(runId, () => ({ items: [...items].sort((a, b) => b.step - a.step), space: { bytes, free }, problem: null }));
}

/** Shows the pin at once, and takes it back where the server does not take it. */
export async function setPinned(runId: string, step: number, pinned: boolean): Promise<void> {
  const turn = (isPinned: boolean): void =>
    change(runId, ({ items }) => (items ? { items: items.map((one) => (one.step === step ? withPin(one, isPinned) : one)) } : {}));
  turn(pinned);
  try {
    show(runId, await (pinned ? api.pin(runId, step) : api.unpin(runId, step)));
  } catch (error) {
    turn(!pinned);
    toast(explain(error), "bad");
  }
}

function withPin(checkpoint: Checkpoint, pinned: boolean): Checkpoint {
  const others = checkpoint.kept_because.filter((reason) => reason !== "pinned");
  return { ...checkpoint, pinned, kept_because: pinned ? [...others, "pinned"] : others };
}

/** Starts a run from a checkpoint's weights and optimizer; its id, or null where the server refused. */
export async function branchRun(runId: string, step: number, budget: Budget): Promise<string | null> {
  try {
    return (await api.branch(runId, { step, ...budgetRequest(budget) })).run_id;
  } catch (error) {
    toast(explain(error), "bad");
    return null;
  }
}
