import { describe, expect, it } from "vitest";
import type { TrainingUpdate } from "../src/api/types";
import { merged, type Series, seriesNames, withUpdate } from "../src/stores/series";

function update(step: number, mean: number | null): TrainingUpdate {
  return {
    run_id: "r",
    design_id: "d",
    seq: step,
    update: step,
    step,
    time: "2026-01-01T00:00:00Z",
    score: { mean, max: 10, median: 5 },
    max_tile: 64,
    tile_rates: {},
    episodes: 1,
    loss: { policy: 0, value: 1, entropy: 1.3, aux: null },
    learning_rate: 0.001,
    steps_per_second: 100,
    moe: { expert_usage: [0.25, 0.75], expert_usage_by_component: { experts: [0.25, 0.75] }, lb_reward: 0.9 },
  };
}

describe("curves", () => {
  it("ask for the share of every expert", () => {
    expect(seriesNames({ experts: 2 }).slice(-2)).toEqual(["moe.usage.experts.0", "moe.usage.experts.1"]);
  });

  it("grow by live updates and ignore one that came twice", () => {
    let series: Series = {};
    for (const step of [10, 20, 20, 15, 30]) series = withUpdate(series, update(step, step));
    expect(series["score.mean"]).toEqual([[10, 10], [20, 20], [30, 30]]);
    expect(series["moe.usage.experts.1"]?.at(-1)).toEqual([30, 0.75]);
  });

  it("take back what a resume from an older checkpoint plays again", () => {
    let series: Series = {};
    for (const step of [10, 20, 30]) series = withUpdate(series, update(step, step), true);
    series = withUpdate(series, update(15, 1), true);
    expect(series["score.mean"]).toEqual([[10, 10], [15, 1]]);
  });

  it("join history and live points without a repeated step", () => {
    const history: Series = { "score.mean": [[10, 1], [20, 2]] };
    const live: Series = { "score.mean": [[20, 2], [30, 3]] };
    expect(merged(history, live)["score.mean"]).toEqual([[10, 1], [20, 2], [30, 3]]);
  });

  it("stay short, in order, and keep a spike", () => {
    let series: Series = {};
    for (let step = 1; step <= 6000; step += 1) series = withUpdate(series, update(step, step === 777 ? 1e6 : 1));
    const points = series["score.mean"] ?? [];
    expect(points.length).toBeLessThanOrEqual(2400);
    expect(points.map(([step]) => step)).toEqual(points.map(([step]) => step).sort((a, b) => a - b));
    expect(points.some(([, value]) => value === 1e6)).toBe(true);
    expect(points.at(-1)?.[0]).toBe(6000);
  });
});
