/** How uPlot looks here, and how a finger reads it. */
import { useSyncExternalStore } from "react";
import type uPlot from "uplot";
import { formatShort } from "../../domain/format";
import type { Curve } from "./Chart";

const DARK = "(prefers-color-scheme: dark)";

/** The theme's name; changes when the phone goes dark, since a canvas does not follow CSS by itself. */
export function useTheme(): string {
  return useSyncExternalStore(
    (changed) => {
      const query = window.matchMedia(DARK);
      query.addEventListener("change", changed);
      return () => query.removeEventListener("change", changed);
    },
    () => (window.matchMedia(DARK).matches ? "dark" : "light"),
  );
}

export function cssColor(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Options for a chart of what `shown` gives, whose number and looks stay; `onRead` hears the row under the finger, or null. */
export function plotOptions(
  shown: () => readonly Curve[],
  width: number,
  height: number,
  onRead: (row: number | null) => void,
  fromZero: boolean,
): uPlot.Options {
  const grid = { stroke: cssColor("--line"), width: 1 };
  const axis = { stroke: cssColor("--text-3"), grid, ticks: { show: false }, font: `12px ${cssColor("--font")}` };
  return {
    width,
    height,
    legend: { show: false },
    padding: [10, 8, 0, 0],
    cursor: { y: false, drag: { setScale: false }, points: { size: 8 } },
    scales: {
      x: { time: false, range: (_, low, high) => (low === high ? [0, 2 * low || 1] : [low, high]) },
      y: { range: (_, low, high) => spread(...withIntervals(low, high, shown()), fromZero) },
    },
    axes: [
      { ...axis, grid: { show: false }, space: 70, size: 28, values: (_, ticks) => ticks.map((tick) => formatShort(tick)) },
      { ...axis, size: 44, space: 36, values: (_, ticks) => ticks.map((tick) => formatShort(tick)) },
    ],
    series: [{}, ...shown().map(seriesOf)],
    hooks: {
      setCursor: [(plot) => onRead(plot.cursor.left !== undefined && plot.cursor.left >= 0 ? (plot.cursor.idx ?? null) : null)],
      draw: [(plot) => shown().forEach((curve) => drawIntervals(plot, curve))],
    },
  };
}

/** The lowest and highest value to show, with the ends of the intervals. */
function withIntervals(low: number | null, high: number | null, curves: readonly Curve[]): [number | null, number | null] {
  const ends = curves.flatMap(({ intervals = [] }) => intervals.flatMap(([, from, to]) => [from, to]));
  const all = [low, high, ...ends].filter((value) => value !== null);
  return all.length === 0 ? [null, null] : [Math.min(...all), Math.max(...all)];
}

const CAP_PX = 4;

/** An upright bar with caps for each interval of a curve. */
function drawIntervals(plot: uPlot, { intervals = [], color }: Curve): void {
  const { ctx } = plot;
  const pixel = window.devicePixelRatio;
  ctx.save();
  ctx.setLineDash([]);
  ctx.strokeStyle = cssColor(color);
  ctx.lineWidth = 1.5 * pixel;
  ctx.beginPath();
  for (const [step, from, to] of intervals) {
    const [x, bottom, top] = [plot.valToPos(step, "x", true), plot.valToPos(from, "y", true), plot.valToPos(to, "y", true)];
    ctx.moveTo(x, bottom);
    ctx.lineTo(x, top);
    for (const end of [bottom, top]) {
      ctx.moveTo(x - CAP_PX * pixel, end);
      ctx.lineTo(x + CAP_PX * pixel, end);
    }
  }
  ctx.stroke();
  ctx.restore();
}

/** Room above the highest value, and below the lowest unless the axis starts at zero. */
function spread(low: number | null, high: number | null, fromZero: boolean): [number, number] {
  if (low === null || high === null) return [0, 1];
  const room = (high - low || Math.abs(high) || 1) * 0.08;
  return [fromZero && low >= 0 ? 0 : low - room, high + room];
}

/** One or two values make no line: they are drawn as dots. */
function hasFewValues(plot: uPlot, series: number): boolean {
  return (plot.data[series] ?? []).filter((value) => value !== null).length < 3;
}

function seriesOf(curve: Curve): uPlot.Series {
  const stroke = cssColor(curve.color);
  if (curve.style === "points") {
    return { label: curve.label, stroke, paths: () => null, points: { show: true, size: 11, width: 2, fill: stroke, stroke: cssColor("--surface") } };
  }
  return {
    label: curve.label,
    stroke,
    width: curve.style === "main" ? 2.5 : 1.5,
    spanGaps: true,
    points: { show: hasFewValues, size: 6 },
    ...(curve.style === "dashed" ? { dash: [4, 4] } : {}),
    ...(curve.style === "main" ? { fill: `${stroke}1f` } : {}),
  };
}

/** Moves the cursor with a finger; vertical drags still scroll the page. Returns a function that undoes it. */
export function bindTouch(plot: uPlot): () => void {
  const read = (event: PointerEvent): void => {
    if (event.pointerType === "mouse") return;
    const box = plot.over.getBoundingClientRect();
    plot.setCursor({ left: event.clientX - box.left, top: event.clientY - box.top });
  };
  const leave = (event: PointerEvent): void => {
    if (event.pointerType !== "mouse") plot.setCursor({ left: -10, top: -10 });
  };
  plot.over.style.touchAction = "pan-y";
  plot.over.addEventListener("pointerdown", read);
  plot.over.addEventListener("pointermove", read);
  plot.over.addEventListener("pointerup", leave);
  plot.over.addEventListener("pointercancel", leave);
  return () => {
    plot.over.removeEventListener("pointerdown", read);
    plot.over.removeEventListener("pointermove", read);
    plot.over.removeEventListener("pointerup", leave);
    plot.over.removeEventListener("pointercancel", leave);
  };
}
