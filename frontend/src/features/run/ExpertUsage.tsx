/** How the experts share the work: a bar each for the latest update, and a heat strip over time. */
import { useEffect, useRef } from "react";
import type { Point } from "../../api/types";
import { formatPercent } from "../../domain/format";
import type { Series } from "../../stores/series";
import { cssColor, useTheme } from "./plot";

interface Props {
  usage: Record<string, number[]>;
  /** The first block's shares, for servers that do not key them. */
  flat: number[];
  series: Series;
  labels: Map<string, string>;
}

export function ExpertUsage({ usage, flat, series, labels }: Props) {
  const blocks = Object.keys(usage).length > 0 ? Object.entries(usage) : flat.length > 0 ? [["", flat] as const] : [];
  if (blocks.length === 0) return null;
  return (
    <section className="panel" data-testid="moe-heatmap" aria-labelledby="experts-heading">
      <h2 id="experts-heading" className="panel__title">
        Who does the work
      </h2>
      <p className="panel__lead">Share of the cells that each expert is given. The line marks an even share.</p>
      {blocks.map(([id, shares]) => (
        <Experts key={id} label={labels.get(id) ?? "Mixture of experts"} shares={shares} history={shares.map((_, at) => series[`moe.usage.${id}.${at}`] ?? [])} />
      ))}
    </section>
  );
}

function Experts({ label, shares, history }: { label: string; shares: readonly number[]; history: Point[][] }) {
  const even = 1 / Math.max(1, shares.length);
  const top = Math.max(even * 1.6, ...shares);
  return (
    <div className="experts">
      <p className="experts__head">
        <span className="experts__name">{label}</span>
        <span className="experts__balance">{formatPercent(balance(shares))} balanced</span>
      </p>
      <div className="experts__bars">
        <span className="experts__even" style={{ bottom: `${(even / top) * 100}%` }} aria-hidden="true" />
        {shares.map((share, at) => (
          <div key={at} className="expert" role="img" aria-label={`Expert ${at + 1}: ${formatPercent(share)}`} data-share={share.toFixed(4)}>
            <span className="expert__bar" style={{ height: `${(share / top) * 100}%`, "--heat": heat(share, even) } as React.CSSProperties} />
          </div>
        ))}
      </div>
      <div className="experts__labels" aria-hidden="true">
        {shares.map((share, at) => (
          <span key={at}>
            <strong>{formatPercent(share)}</strong>
            <span>E{at + 1}</span>
          </span>
        ))}
      </div>
      <HeatStrip history={history} even={even} />
    </div>
  );
}

/** Entropy of the shares as a part of the largest possible: 1 is perfectly even. */
function balance(shares: readonly number[]): number {
  if (shares.length < 2) return 1;
  const entropy = shares.reduce((sum, share) => (share > 0 ? sum - share * Math.log(share) : sum), 0);
  return entropy / Math.log(shares.length);
}

/** 0 (idle) to 1 (at least twice an even share). */
function heat(share: number, even: number): number {
  return Math.min(1, share / (2 * even));
}

const STRIP_ROW_PX = 12;
const STRIP_COLUMNS = 64;

/** One row per expert, time from left to right; hotter is busier. */
function HeatStrip({ history, even }: { history: Point[][]; even: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme();
  const length = history[0]?.length ?? 0;
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!canvas.current || !context || length < 2) return;
    const columns = Math.min(STRIP_COLUMNS, length);
    canvas.current.width = columns;
    canvas.current.height = history.length;
    context.clearRect(0, 0, columns, history.length);
    context.fillStyle = cssColor("--accent");
    history.forEach((points, row) => {
      for (let column = 0; column < columns; column += 1) {
        const value = points[Math.floor((column * points.length) / columns)]?.[1] ?? 0;
        context.globalAlpha = 0.06 + 0.94 * heat(value, even);
        context.fillRect(column, row, 1, 1);
      }
    });
  }, [history, even, length, theme]);
  if (length < 2) return null;
  return (
    <canvas
      ref={canvas}
      className="heat-strip"
      style={{ height: history.length * STRIP_ROW_PX }}
      role="img"
      aria-label={`Shares of ${history.length} experts over the run`}
    />
  );
}
