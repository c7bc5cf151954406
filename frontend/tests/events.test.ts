import "fake-indexeddb/auto";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { db } from "../src/stores/db";
import { clearEvents, loadEvents, setLogging, track, useEvents } from "../src/stores/events";

const names = async (): Promise<string[]> => {
  await loadEvents();
  return (useEvents.getState().events ?? []).map(({ name }) => name);
};

describe("the event log", () => {
  beforeEach(async () => {
    await setLogging(true);
    await clearEvents();
  });

  it("keeps what happened, newest first, with its fields", async () => {
    track("compile_success", { designId: "d", paramCount: 5, time_ms: 12 });
    await vi.waitFor(async () => expect(await names()).toEqual(["compile_success"]));
    track("train_started", { designId: "d" });
    await vi.waitFor(async () => expect(await names()).toEqual(["train_started", "compile_success"]));
    expect(useEvents.getState().events?.[1]?.fields).toEqual({ designId: "d", paramCount: 5, time_ms: 12 });
  });

  it("writes nothing while it is off", async () => {
    await setLogging(false);
    track("export");
    await setLogging(true);
    track("merge");
    await vi.waitFor(async () => expect(await names()).toEqual(["merge"]));
  });

  it("keeps the last thousand", async () => {
    const transaction = (await db()).transaction("events", "readwrite");
    for (let at = 0; at < 1_000; at += 1) void transaction.store.add({ at, name: "old", fields: {} });
    await transaction.done;
    track("export");
    await vi.waitFor(async () => expect((await names())[0]).toBe("export"));
    const { events } = useEvents.getState();
    expect(events).toHaveLength(1_000);
    expect(events?.at(-1)?.at).toBe(1);
  });
});
