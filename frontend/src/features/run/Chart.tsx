/** A line chart on uPlot that a finger can read: drag sideways to see the values at a step. */
import { useEffect, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Point } from "../../api/types";
import { formatNumber, formatShort } from "../../domain/format";
import { bindTouch, plotOptions, useTheme } from "./plot";

export interface Curve {
  label: string;
  points: readonly Point[];
  /** Name of the CSS colour variable. */
  color: string;
  /** Whether it is drawn only after a tap on its name. */
  startsHidden?: boolean;
  /** `points`: single measurements that no line joins. */
  style: "main" | "thin" | "dashed" | "points";
  /** What chance may have added: a bar from low to high at a step. */
  intervals?: readonly Interval[];
}

export type Interval = readonly [step: number, low: number, high: number];

interface ChartProps {
  testId: string;
  title: string;
  curves: readonly Curve[];
  /** What is shown instead while there is nothing to draw. */
  waiting: string;
  height?: number;
  fromZero?: boolean;
}

export function Chart({ testId, title, curves: all, waiting, height = 190, fromZero = false }: ChartProps) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [at, setAt] = useState<number | null>(null);
  const [hidden, setHidden] = useState(() => new Set(all.filter((curve) => curve.startsHidden).map((curve) => curve.label)));
  const theme = useTheme();
  const curves = useMemo(() => all.filter((curve) => !hidden.has(curve.label)), [all, hidden]);
  const data = useMemo(() => alignedData(curves), [curves]);
  const shape = curves.map((curve) => `${curve.label} ${curve.color}`).join("|");
  const hasData = all.some(({ points }) => points.some(([, value]) => value !== null));
  const shown = useRef(curves);

  useEffect(() => {
    shown.current = curves;
  }, [curves]);

  useEffect(() => {
    const element = holder.current;
    if (!element || !hasData) return;
    const made = new uPlot(plotOptions(() => shown.current, element.clientWidth, height, setAt, fromZero), data, element);
    plot.current = made;
    const unbind = bindTouch(made);
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      unbind();
      made.destroy();
      plot.current = null;
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- new points go in by setData below
  }, [shape, theme, hasData, height]);

  useEffect(() => plot.current?.setData(data), [data]);

  const row = at ?? data[0].length - 1;
  const step = data[0][row];
  return (
    <figure className="chart" data-testid={testId} data-points={data[0].length}>
      <figcaption className="chart__caption">
        <span className="chart__title">{title}</span>
        {step !== undefined && <span className="chart__step">at step {formatShort(step)}</span>}
      </figcaption>
      {hasData ? (
        <>
          <ul className="legend">
            {all.map((curve) => (
              <li key={curve.label}>
                <LegendItem
                  curve={curve}
                  isShown={!hidden.has(curve.label)}
                  isOnly={all.length === 1}
                  text={valueText(valueAt(curve, step)) + marginAt(curve, step)}
                  onToggle={() => setHidden(toggled(hidden, curve.label, all.length))}
                />
              </li>
            ))}
          </ul>
          <div ref={holder} className="chart__plot" role="img" aria-label={summary(title, curves)} style={{ minHeight: height }} />
        </>
      ) : (
        <p className="chart__waiting" style={{ height }}>
          {waiting}
        </p>
      )}
    </figure>
  );
}

interface LegendProps {
  curve: Curve;
  isShown: boolean;
  isOnly: boolean;
  /** Its value at the step that is read. */
  text: string;
  onToggle: () => void;
}

/** Name and value of a curve; a tap shows or hides it. */
function LegendItem({ curve, isShown, isOnly, text, onToggle }: LegendProps) {
  const content = (
    <>
      <span className={`legend__line legend__line--${curve.style}`} style={{ color: `var(${curve.color})` }} />
      {curve.label}
      <strong>{text}</strong>
    </>
  );
  if (isOnly) return <p className="legend__item">{content}</p>;
  return (
    <button type="button" className="legend__item" aria-pressed={isShown} onClick={onToggle}>
      {content}
    </button>
  );
}

/** The last curve stays: an empty chart says nothing. */
function toggled(hidden: ReadonlySet<string>, label: string, count: number): Set<string> {
  const next = new Set(hidden);
  if (!next.delete(label) && next.size < count - 1) next.add(label);
  return next;
}

/** The value at a step; of single measurements the last one until then. */
function valueAt(curve: Curve, step: number | undefined): number | null {
  const isIt = ([at]: Point): boolean => (curve.style === "points" ? at <= (step ?? 0) : at === step);
  return curve.points.findLast(isIt)?.[1] ?? null;
}

/** Half of the interval behind the value that is shown, for example " ± 310". */
function marginAt({ intervals = [] }: Curve, step: number | undefined): string {
  const found = intervals.findLast(([at]) => at <= (step ?? 0));
  return found ? ` ± ${valueText((found[2] - found[1]) / 2)}` : "";
}

function valueText(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : formatNumber(Math.abs(value) >= 100 ? Math.round(value) : value);
}

type Columns = [number[], ...(number | null)[][]];

/** One column of steps and one of values per curve; a step that a curve lacks is a gap that the line bridges. */
function alignedData(curves: readonly Curve[]): Columns {
  const steps = [...new Set(curves.flatMap((curve) => curve.points.map(([step]) => step)))].sort((a, b) => a - b);
  const row = new Map(steps.map((step, at) => [step, at]));
  const columns = curves.map((curve) => {
    const column = new Array<number | null>(steps.length).fill(null);
    curve.points.forEach(([step, value]) => {
      column[row.get(step) ?? 0] = value;
    });
    return column;
  });
  return [steps, ...columns];
}

function summary(title: string, curves: readonly Curve[]): string {
  const parts = curves.map((curve) => {
    const values = curve.points.map(([, value]) => value).filter((value) => value !== null);
    const last = `${valueText(values.at(-1))}${marginAt(curve, Infinity)}`;
    return `${curve.label} from ${valueText(values[0])} to ${last}`;
  });
  return `${title}: ${parts.join("; ")}`;
}
