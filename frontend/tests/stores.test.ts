import "fake-indexeddb/auto";
import { beforeEach, describe, expect, it } from "vitest";
import { removeBlock, setProp } from "../src/domain/edit";
import { analyse } from "../src/domain/validate";
import { answers, fresh, kept } from "../src/stores/db";
import { designHistory, replaceDesign, useDesignStore } from "../src/stores/designStore";
import { pathOf, routeOf } from "../src/stores/route";
import { budgetRequest } from "../src/stores/training";
import { template } from "./templates";

const store = (): ReturnType<typeof useDesignStore.getState> => useDesignStore.getState();

describe("the design store", () => {
  beforeEach(() => replaceDesign(template("starter-moe")));

  it("undoes and redoes edits one by one, and nothing before the design was opened", () => {
    const first = store().currentDesign;
    store().edit((draft) => setProp(draft, "embed", "d_model", 72));
    store().edit((draft) => removeBlock(draft, "attend"));
    expect(designHistory.getState().pastStates).toHaveLength(2);
    designHistory.getState().undo();
    designHistory.getState().undo();
    expect(store().currentDesign).toEqual(first);
    designHistory.getState().redo();
    expect(store().currentDesign?.components.find(({ id }) => id === "embed")?.props["d_model"]).toBe(72);
    designHistory.getState().undo();
    designHistory.getState().undo();
    expect(store().currentDesign).toEqual(first);
  });

  it("counts neither a verdict nor a selection as a step", () => {
    store().setValidation(analyse(store().currentDesign));
    store().select("embed");
    expect(designHistory.getState().pastStates).toHaveLength(0);
    expect(store().paramCount).toBe(107_461);
    expect(store().validation?.valid).toBe(true);
  });

  it("leaves the earlier design as it was", () => {
    const before = store().currentDesign;
    const copy = structuredClone(before);
    store().edit((draft) => removeBlock(draft, "attend"));
    expect(before).toEqual(copy);
  });
});

describe("what the phone keeps", () => {
  it("comes back from IndexedDB as it was, with the revision it builds on", async () => {
    const design = template("residual-experts");
    const record = { ...fresh(design), base: { etag: '"3"', design }, changedAt: 1 };
    await kept.put(record);
    expect(await kept.get(design.id)).toEqual(record);
    await kept.remove(design.id);
    expect(await kept.all()).toEqual([]);
  });

  it("answers without the server", async () => {
    await answers.put("designs", [{ id: "x" }]);
    expect(await answers.get("designs")).toEqual([{ id: "x" }]);
  });
});

describe("addresses", () => {
  it("name the screens, and unknown ones lead to the designs", () => {
    expect(routeOf("/")).toEqual({ screen: "designs" });
    expect(routeOf("/model-studio")).toEqual({ screen: "designs" });
    expect(routeOf("/runs/abc")).toEqual({ screen: "run", runId: "abc" });
    expect(routeOf("/runs/abc/games/7-best")).toEqual({ screen: "game", runId: "abc", gameId: "7-best" });
    expect(pathOf({ screen: "game", runId: "abc", gameId: "7-best" })).toBe("/runs/abc/games/7-best");
    expect(routeOf("/nothing/here")).toEqual({ screen: "designs" });
    expect(routeOf(pathOf({ screen: "studio", designId: "a b" }))).toEqual({ screen: "studio", designId: "a b" });
  });
});

describe("how long a run goes on", () => {
  it("is either a time or a number of steps", () => {
    const budget = { minutes: 3, steps: 500 };
    expect(budgetRequest({ ...budget, by: "minutes" })).toEqual({ minutes: 3 });
    expect(budgetRequest({ ...budget, by: "steps" })).toEqual({ total_steps: 500 });
  });
});
