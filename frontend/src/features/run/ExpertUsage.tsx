/** How the experts share the work: a bar each for the latest update, and a heat strip over time. */
import { useEffect, useRef } from "react";
import type { Point, TrainingUpdate } from "../../api/types";
import { formatPercent } from "../../domain/format";
import type { Series } from "../../stores/series";
import { Icon } from "../../ui/Icon";
import { cssColor, useTheme } from "./plot";

interface Props {
  moe: TrainingUpdate["moe"];
  series: Series;
  labels: Map<string, string>;
}

export function ExpertUsage({ moe, series, labels }: Props) {
  const blocks = Object.entries(moe?.expert_usage_by_component ?? {});
  if (blocks.length === 0) return null;
  return (
    <section className="panel" data-testid="moe-heatmap" aria-labelledby="experts-heading">
      <h2 id="experts-heading" className="panel__title">
        Who does the work
      </h2>
      <p className="panel__lead">Share of the cells that each expert is given. The line marks an even share; with all of them there, the balance is 100%.</p>
      {blocks.map(([id, shares]) => (
        <Experts
          key={id}
          label={labels.get(id) ?? "Mixture of experts"}
          shares={shares}
          entropy={moe?.entropy_by_component?.[id] ?? balance(shares)}
          idle={moe?.dead_by_component?.[id] ?? []}
          history={shares.map((_, at) => series[`moe.usage.${id}.${at}`] ?? [])}
        />
      ))}
    </section>
  );
}

interface ExpertsProps {
  label: string;
  shares: readonly number[];
  /** 0 to 1: how even the shares are. */
  entropy: number;
  /** Experts, from 0, that get next to nothing. */
  idle: readonly number[];
  history: Point[][];
}

function Experts({ label, shares, entropy, idle, history }: ExpertsProps) {
  const even = 1 / Math.max(1, shares.length);
  const top = Math.max(even * 1.6, ...shares);
  return (
    <div className="experts">
      <p className="experts__head">
        <span className="experts__name">{label}</span>
        <span className="experts__balance">{formatPercent(entropy)} balanced</span>
      </p>
      <div className="experts__bars">
        <span className="experts__even" style={{ bottom: `${(even / top) * 100}%` }} aria-hidden="true" />
        {shares.map((share, at) => (
          <div key={at} className="expert" role="img" aria-label={`Expert ${at + 1}: ${formatPercent(share)}${idle.includes(at) ? ", idle" : ""}`} data-idle={idle.includes(at)} data-share={share.toFixed(4)}>
            <span className="expert__bar" style={{ height: `${(share / top) * 100}%`, "--heat": heat(share, even) } as React.CSSProperties} />
          </div>
        ))}
      </div>
      <div className="experts__labels" aria-hidden="true">
        {shares.map((share, at) => (
          <span key={at}>
            <strong>{formatPercent(share)}</strong>
            <span>E{at + 1}</span>
            {idle.includes(at) && <span className="experts__idle-mark">idle</span>}
          </span>
        ))}
      </div>
      {idle.length > 0 && (
        <p className="experts__idle">
          <Icon name="warning" size={18} />
          <span>{idleText(idle)}</span>
        </p>
      )}
      <HeatStrip history={history} even={even} />
    </div>
  );
}

function idleText(idle: readonly number[]): string {
  const names = idle.map((at) => at + 1);
  const who = names.length === 1 ? `Expert ${names[0]} is idle: it gets` : `Experts ${names.slice(0, -1).join(", ")} and ${names.at(-1)} are idle: each gets`;
  return `${who} less than a tenth of an even share. More balancing in the router brings work back.`;
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
