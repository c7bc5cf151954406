import { describe, expect, it } from "vitest";
import { algorithmOf, isOfUse } from "../src/domain/algorithm";
import { alertActions, isKickstarted } from "../src/domain/runLabels";
import { template } from "./templates";

describe("the algorithm of a design", () => {
  it("is TD learning where it chooses by afterstates, and hides the settings of the other", () => {
    expect(algorithmOf(template("n-tuple"))).toBe("td");
    expect(algorithmOf(template("starter-moe"))).toBe("ppo");
    expect(algorithmOf(null)).toBe("ppo");
    expect([isOfUse("afterstates", "ppo"), isOfUse("afterstates", "td"), isOfUse("learning", "td")]).toEqual([false, true, true]);
  });
});

describe("what is said beside a result", () => {
  it("a run had a teacher, whichever part of it tells", () => {
    expect(isKickstarted({ kickstart: null, latest: { kickstart: null }, latest_evaluation: { kickstarted: false } })).toBe(false);
    expect(isKickstarted({})).toBe(false);
    expect(isKickstarted({ kickstart: { weight: 0 } })).toBe(true);
    expect(isKickstarted({ latest: { kickstart: { weight: 0.2 } } })).toBe(true);
    expect(isKickstarted({ latest_evaluation: { kickstarted: true } })).toBe(true);
  });

  it("an alert offers what helps, and no tuning of what is over", () => {
    expect(alertActions("training.kl_spike", false)).toEqual(["tune", "checkpoints"]);
    expect(alertActions("training.kl_spike", true)).toEqual(["checkpoints"]);
    expect(alertActions("moe.dead_experts", true)).toEqual([]);
    expect(alertActions("run.queued", false)).toEqual([]);
  });
});
