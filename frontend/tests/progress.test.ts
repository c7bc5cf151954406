import { describe, expect, it } from "vitest";
import { evaluationAt, scoreText, withEvaluation } from "../src/domain/evaluation";
import { progressWords, timeLeft } from "../src/domain/progress";

const run = { step: 1_200_000, total_steps: 2_000_000, state: "running" };

describe("progress in words", () => {
  it("is told by steps, or by minutes where the run has so many", () => {
    expect(progressWords(run, { fraction: 0.6, elapsed_s: 90, seconds_left: 200 })).toEqual({
      fraction: 0.6,
      done: "1.2M of 2M steps",
      aside: "2 min",
      left: "about 3 min left",
    });
    expect(progressWords({ ...run, minutes: 10 }, { fraction: 0.3, elapsed_s: 180, seconds_left: null })).toEqual({
      fraction: 0.3,
      done: "3 min of 10 min",
      aside: "1.2M steps",
      left: null,
    });
  });

  it("invents no time that is left: not before it is known, not while nothing goes on", () => {
    const measured = { fraction: 0.6, elapsed_s: 90, seconds_left: 200 };
    expect(progressWords(run, null).left).toBeNull();
    expect(progressWords(run, null).fraction).toBeCloseTo(0.6);
    expect(progressWords({ ...run, state: "paused" }, measured).left).toBeNull();
    expect(progressWords({ ...run, minutes: 10 }, null).fraction).toBe(0);
  });

  it("is whole at the end, unless something else ended it", () => {
    const measured = { fraction: 0.6, elapsed_s: 350, seconds_left: 250 };
    const ended = { ...run, minutes: 10, state: "completed" };
    expect(progressWords({ ...ended, reason: null }, measured)).toMatchObject({ fraction: 1, done: "10 min of 10 min", left: null });
    expect(progressWords({ ...ended, reason: "Stopped early." }, measured)).toMatchObject({ fraction: 0.6, done: "6 min of 10 min" });
  });

  it("is as coarse as it is known", () => {
    expect([3, 34, 88, 95, 4_000].map(timeLeft)).toEqual([
      "a few seconds left",
      "about 30 s left",
      "about 90 s left",
      "about 2 min left",
      "about 1 h 7 min left",
    ]);
  });
});

describe("evaluations", () => {
  const at = (step: number, elapsed_s = step): { step: number; elapsed_s: number; score: { mean: number; ci95: [number, number] } } => ({
    step,
    elapsed_s,
    score: { mean: step, ci95: [step, step] },
  });
  const steps = (list: readonly { step: number }[]): number[] => list.map(({ step }) => step);

  it("stay in order, take none twice, and take back what a resume plays again", () => {
    const three = [at(10), at(20), at(30)].reduce(withEvaluation<ReturnType<typeof at>>, []);
    expect(steps(withEvaluation(three, at(20)))).toEqual([10, 20, 30]);
    expect(steps(withEvaluation(three, at(20, 99)))).toEqual([10, 20]);
    expect(evaluationAt(three, 25)?.step).toBe(20);
    expect(evaluationAt(three, 5)).toBeNull();
  });

  it("are a mean with what chance may have added", () => {
    expect(scoreText({ mean: 4210.4, ci95: [3900, 4520] })).toBe("4,210 ± 310");
  });
});
