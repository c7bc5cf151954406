/** What one tap on − or + of a number does, and which presets make sense. */
import type { Prop } from "./catalogue";

export type StepDirection = -1 | 1;

/** The next value in a direction; where a prop must divide `whole`, the next divisor. Stays within the bounds. */
export function stepped(prop: Prop, value: number, direction: StepDirection, whole: number | null): number {
  if (prop.divides && whole !== null && whole > 0) return nextDivisor(prop, value, direction, whole);
  const step = prop.step ?? 1;
  const ticks = value / step;
  const isOnGrid = Math.abs(ticks - Math.round(ticks)) < 1e-9;
  const next = isOnGrid ? Math.round(ticks) + direction : direction > 0 ? Math.ceil(ticks) : Math.floor(ticks);
  return clamped(prop, prop.kind === "int" ? next * step : Number((next * step).toPrecision(12)));
}

function nextDivisor(prop: Prop, value: number, direction: StepDirection, whole: number): number {
  const last = clamped(prop, direction > 0 ? whole : 1);
  for (let next = value + direction; direction > 0 ? next <= last : next >= last; next += direction) {
    if (whole % next === 0) return next;
  }
  return clamped(prop, value);
}

export function clamped(prop: Prop, value: number): number {
  return Math.min(prop.max ?? Infinity, Math.max(prop.min ?? -Infinity, value));
}

/** Presets that the neighbouring props allow: divisors of the width, at most the number of experts. */
export function usefulPresets(prop: Prop, whole: number | null, atMost: number | null): number[] {
  return prop.presets.filter(
    (preset) => !(prop.divides && whole && whole % preset !== 0) && !(prop.atMost && atMost && preset > atMost),
  );
}

/** What was typed as a number of the prop's kind, or null. */
export function typedNumber(prop: Prop, text: string): number | null {
  const cleaned = text.trim().replace(",", ".");
  if (cleaned === "" || !/^-?\d*\.?\d*(e-?\d+)?$/i.test(cleaned)) return null;
  const value = Number(cleaned);
  if (!Number.isFinite(value) || (prop.kind === "int" && !Number.isInteger(value))) return null;
  return value;
}
