/** How far a run is, in words: of its steps or of its minutes, and when it may end. */
import { formatDuration, formatShort } from "./format";

interface Told {
  step: number;
  total_steps: number;
  minutes?: number | null;
  state: string;
  /** Why it ended, where the budget was not all used. */
  reason?: string | null;
}

interface Measured {
  fraction: number;
  elapsed_s: number;
  seconds_left: number | null;
}

export interface ProgressWords {
  /** 0 to 1. */
  fraction: number;
  /** "3 min of 10 min" or "1.2M of 2M steps". */
  done: string;
  /** The other of the two, for where there is room: "1.2M steps" or "3 min". */
  aside: string | null;
  /** "about 4 min left"; null where nobody knows. */
  left: string | null;
}

/** Words for a run; `measured` is the worker's own account, null before its first one. */
export function progressWords(run: Told, measured: Measured | null): ProgressWords {
  const limit = typeof run.minutes === "number" ? run.minutes * 60 : null;
  // The last account is from a little before the end.
  const isWhole = run.state === "completed" && !run.reason;
  const seconds = isWhole && limit !== null ? limit : (measured?.elapsed_s ?? 0);
  const bySteps = run.step / Math.max(1, run.total_steps);
  const steps = formatShort(run.step);
  const byTime = `${formatDuration(seconds)} of ${formatDuration(limit ?? 0)}`;
  const isGoing = run.state === "running" && measured !== null && measured.seconds_left !== null;
  return {
    fraction: isWhole ? 1 : clamped(measured?.fraction ?? (limit === null ? bySteps : 0)),
    done: limit === null ? `${steps} of ${formatShort(run.total_steps)} steps` : byTime,
    aside: limit === null ? measured && formatDuration(seconds) : `${steps} steps`,
    left: isGoing ? timeLeft(measured.seconds_left ?? 0) : null,
  };
}

/** An estimate is written as coarsely as it is known. */
export function timeLeft(seconds: number): string {
  if (seconds < 10) return "a few seconds left";
  if (seconds < 90) return `about ${Math.round(seconds / 10) * 10} s left`;
  return `about ${formatDuration(seconds)} left`;
}

function clamped(part: number): number {
  return Math.min(1, Math.max(0, part));
}
