import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { insertBlock, setProp } from "../src/domain/edit";
import { designHistory, replaceDesign, stepWords, useDesignStore } from "../src/stores/designStore";
import { redo, undo } from "../src/stores/undo";
import { historyOf, keepHistory, loadHistory } from "../src/stores/undoHistory";
import { useAnnouncer } from "../src/stores/announcer";
import { template } from "./templates";

const edit = (id: string | null, prop: string, value: number): void => {
  useDesignStore.getState().edit((draft) => setProp(draft, id, prop, value));
};
const steps = (): number => designHistory.getState().pastStates.length;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
  replaceDesign(template("starter-moe"));
});
afterEach(() => void vi.useRealTimers());

describe("one step of undo", () => {
  it("holds the rapid taps on one stepper, and not what comes later or elsewhere", () => {
    for (const value of [5, 6, 7]) {
      edit("experts", "n_experts", value);
      vi.advanceTimersByTime(200);
    }
    expect(steps()).toBe(1);
    vi.advanceTimersByTime(700);
    edit("experts", "n_experts", 8);
    expect(steps()).toBe(2);
    edit("experts", "top_k", 2);
    edit(null, "d_model", 64);
    edit(null, "d_model", 72);
    expect(steps()).toBe(4);
    for (let step = 0; step < 4; step += 1) undo();
    expect(useDesignStore.getState().currentDesign).toEqual(template("starter-moe"));
  });

  it("holds a drag, and starts anew after an undo", () => {
    for (const x of [1, 2, 3]) edit("experts", "x", x);
    expect(steps()).toBe(1);
    undo();
    edit("experts", "x", 9);
    expect(steps()).toBe(1);
    expect(designHistory.getState().futureStates).toEqual([]);
  });

  it("is named, and named aloud", () => {
    edit("experts", "n_experts", 8);
    expect(stepWords("undo")).toBe("Experts of Mixture of experts 8");
    useDesignStore.getState().edit((draft) => insertBlock(draft, "layer_norm", { kind: "edge", from: "embed", to: "attend", withHeads: false }));
    expect(stepWords("undo")).toBe("Layer norm added");
    undo();
    expect(useAnnouncer.getState().text).toBe("Undone: Layer norm added");
    expect(stepWords("redo")).toBe("Layer norm added");
    redo();
    expect(useAnnouncer.getState().text).toBe("Done again: Layer norm added");
    expect(stepWords("redo")).toBeNull();
  });
});

describe("the steps in IndexedDB", () => {
  it("come back as they were, with redo", async () => {
    edit("experts", "n_experts", 8);
    edit("experts", "top_k", 2);
    undo();
    const shown = useDesignStore.getState().currentDesign;
    if (!shown) throw new Error("no design");
    await keepHistory(historyOf(shown));
    replaceDesign(null);
    const history = await loadHistory(structuredClone(shown));
    replaceDesign(history?.present ?? null, history?.past, history?.future);
    expect(stepWords("redo")).toContain("2");
    undo();
    expect(useDesignStore.getState().currentDesign).toEqual(template("starter-moe"));
    redo();
    redo();
    expect(useDesignStore.getState().currentDesign?.components.find(({ id }) => id === "experts")?.props).toMatchObject({ n_experts: 8, top_k: 2 });
  });

  it("lead to what a merge made of it meanwhile, and are dropped where the design is another", async () => {
    const shown = template("starter-moe");
    await keepHistory(historyOf(shown));
    const merged = { ...shown, name: "Elsewhere" };
    expect((await loadHistory(merged))?.past.at(-1)).toEqual(shown);
    expect(await loadHistory({ ...shown, components: [], edges: [] })).toBeNull();
  });

  it("stay small where a large design is edited often", () => {
    const large = template("starter-moe");
    for (let count = 0; count < 250; count += 1) large.components.push({ id: `norm${count}`, type: "layer_norm", props: { d_model: 64 } });
    replaceDesign(large);
    for (let step = 0; step < 150; step += 1) {
      edit("experts", "n_experts", 1 + (step % 8));
      vi.advanceTimersByTime(1000);
    }
    const present = useDesignStore.getState().currentDesign;
    if (!present) throw new Error("no design");
    expect(historyOf(present).past).toHaveLength(100);
    useDesignStore.getState().setDesign(null);
    // Copies that share nothing do not fit a hundred times.
    replaceDesign(present, Array.from({ length: 100 }, () => structuredClone(present)));
    expect(historyOf(present).past.length).toBeLessThan(40);
  });
});
