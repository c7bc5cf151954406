/** Curves of a run: history from the server, then live points behind it, in ever the same step order. */
import type { Point, TrainingUpdate } from "../api/types";

export type Series = Record<string, Point[]>;

/** Longest curve that is kept; older points are thinned out beyond it. */
const MOST_POINTS = 2_400;

/** The curves that the charts draw, for a run with these expert blocks. */
export function seriesNames(experts: Readonly<Record<string, number>>): string[] {
  const usage = Object.entries(experts).flatMap(([id, count]) =>
    Array.from({ length: count }, (_, expert) => `moe.usage.${id}.${expert}`),
  );
  return [
    "score.mean",
    "score.max",
    "score.median",
    "loss.policy",
    "loss.value",
    "loss.entropy",
    "loss.aux",
    ...usage,
  ];
}

/** The values of one update by the names of the metrics endpoint. */
export function valuesOf(update: TrainingUpdate): Record<string, number | null> {
  const values: Record<string, number | null> = {
    "score.mean": update.score.mean,
    "score.max": update.score.max,
    "score.median": update.score.median,
    "loss.policy": update.loss.policy,
    "loss.value": update.loss.value,
    "loss.entropy": update.loss.entropy,
    "loss.aux": update.loss.aux,
  };
  for (const [id, usage] of Object.entries(update.moe?.expert_usage_by_component ?? {})) {
    usage.forEach((share, expert) => {
      values[`moe.usage.${id}.${expert}`] = share;
    });
  }
  return values;
}

/**
 * `series` with one more update. An update that is told again repeats no point; one that is news takes back what was
 * drawn from its step on: the run was resumed from an older checkpoint.
 */
export function withUpdate(series: Series, update: TrainingUpdate, isNews = false): Series {
  const next: Series = { ...series };
  for (const [name, value] of Object.entries(valuesOf(update))) {
    const points = next[name] ?? [];
    const last = points.at(-1);
    const overlaps = last !== undefined && last[0] >= update.step;
    if (overlaps && !isNews) continue;
    const before = overlaps ? points.filter(([step]) => step < update.step) : points;
    next[name] = thin([...before, [update.step, value]]);
  }
  return next;
}

/** History from the server with the live points that are newer. */
export function merged(history: Series, live: Series): Series {
  const all: Series = { ...history };
  for (const [name, points] of Object.entries(live)) {
    const known = all[name] ?? [];
    const last = known.at(-1)?.[0] ?? -1;
    all[name] = [...known, ...points.filter(([step]) => step > last)];
  }
  return all;
}

/** Halves the older half of a long curve: of two neighbours the one that is further from the mean of both sides stays. */
function thin(points: Point[]): Point[] {
  if (points.length <= MOST_POINTS) return points;
  const half = Math.floor(points.length / 4) * 2;
  const older: Point[] = [];
  for (let at = 0; at < half; at += 2) {
    const [one, other] = [points[at], points[at + 1]];
    const before = older.at(-1)?.[1] ?? 0;
    if (!one || !other) continue;
    older.push(Math.abs((one[1] ?? before) - before) >= Math.abs((other[1] ?? before) - before) ? one : other);
  }
  return [...older, ...points.slice(half)];
}
