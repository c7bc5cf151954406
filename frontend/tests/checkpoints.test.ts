import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Checkpoint } from "../src/api/types";
import { branchRun, loadCheckpoints, setPinned, useCheckpoints } from "../src/stores/checkpoints";
import { useToasts } from "../src/stores/toasts";

const checkpoint = (step: number): Checkpoint => ({
  step,
  update: step,
  score: step,
  created_at: "2026-01-01T00:00:00Z",
  bytes: 10,
  best: false,
  pinned: false,
  kept_because: ["last"],
  evaluation: null,
});
const list = (...items: Checkpoint[]): Response => json({ items, bytes: 20, free_bytes: 1e9 });

const json = (body: unknown, status = 200): Response =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });

/** Answers each call with what `answers` has for it, and remembers the calls. */
function server(answers: Record<string, () => Response>): string[] {
  const calls: string[] = [];
  vi.stubGlobal("fetch", async (path: string, init: { method: string; body?: string }) => {
    await Promise.resolve();
    const name = `${init.method} ${path}`;
    calls.push(init.body === undefined ? name : `${name} ${init.body}`);
    return answers[name]?.() ?? json({ title: "no", detail: "Not now.", status: 503 }, 503);
  });
  return calls;
}

const LIST = "GET /api/runs/r/checkpoints";
const pinned = (): (boolean | undefined)[] => useCheckpoints.getState().items?.map((one) => one.pinned) ?? [];

describe("the checkpoints of a run", () => {
  beforeEach(async () => {
    useCheckpoints.setState({ runId: null, items: null, space: null, problem: null });
    server({ [LIST]: () => list(checkpoint(10), checkpoint(20)) });
    await loadCheckpoints("r");
    return () => vi.unstubAllGlobals();
  });

  it("are listed newest first; those of another run are not theirs", async () => {
    expect(useCheckpoints.getState().items?.map(({ step }) => step)).toEqual([20, 10]);
    server({});
    await loadCheckpoints("other");
    expect(useCheckpoints.getState()).toMatchObject({ runId: "other", items: null });
    expect(useCheckpoints.getState().problem).not.toBeNull();
  });

  it("are pinned at once, before the server answers", async () => {
    const answer = { ...checkpoint(10), pinned: true, kept_because: ["pinned" as const] };
    const calls = server({ "PUT /api/runs/r/checkpoints/10/pin": () => list(answer, checkpoint(20)) });
    const done = setPinned("r", 10, true);
    expect(pinned()).toEqual([false, true]);
    await done;
    expect(calls).toEqual(["PUT /api/runs/r/checkpoints/10/pin"]);
    expect(useCheckpoints.getState().items?.[1]?.kept_because).toEqual(["pinned"]);
  });

  it("lose the pin again, with a word, where the server refuses", async () => {
    server({});
    await setPinned("r", 20, true);
    expect(pinned()).toEqual([false, false]);
    expect(useToasts.getState().toasts[0]).toMatchObject({ tone: "bad" });
  });

  it("start a run with a budget of its own", async () => {
    const calls = server({ "POST /api/runs/r/branch": () => json({ run_id: "new" }, 202) });
    expect(await branchRun("r", 20, { by: "steps", minutes: 10, steps: 500 })).toBe("new");
    expect(calls).toEqual(['POST /api/runs/r/branch {"step":20,"total_steps":500}']);
    server({});
    expect(await branchRun("r", 20, { by: "minutes", minutes: 3, steps: 500 })).toBeNull();
  });
});
