/** Evaluations of a run as the page tells them: a mean, and what chance may have added. */
import { formatCount } from "./format";

interface Score {
  mean: number;
  ci95: readonly [low: number, high: number];
}

interface Measured {
  step: number;
  elapsed_s: number;
  score: Score;
}

/** "4,210 ± 310": the mean, and half of its 95 % interval. */
export function scoreText({ mean, ci95: [low, high] }: Score): string {
  return `${formatCount(Math.round(mean))} ± ${formatCount(Math.round((high - low) / 2))}`;
}

/**
 * `known` with one more, in step order. One that is told again changes nothing; a new one of an earlier step takes back
 * those after it: the run was resumed from there.
 */
export function withEvaluation<T extends Measured>(known: readonly T[], one: T): readonly T[] {
  if (known.some(({ step, elapsed_s }) => step === one.step && elapsed_s === one.elapsed_s)) return known;
  return [...known.filter(({ step }) => step < one.step), one];
}

/** The last evaluation that was made at this step or before. */
export function evaluationAt<T extends Measured>(evaluations: readonly T[], step: number): T | null {
  return evaluations.findLast((one) => one.step <= step) ?? null;
}

/** The tiles that a result is told by, and the share of games that reached each. */
export function toldTiles(rates: Readonly<Record<string, number>>): { tile: number; rate: number }[] {
  return [512, 1024, 2048].map((tile) => ({ tile, rate: rates[String(tile)] ?? 0 }));
}
