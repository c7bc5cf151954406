/** Progress and the numbers of the last update. */
import type { RunDetail, TrainingUpdate } from "../../api/types";
import { formatCount, formatNumber, formatPercent, formatShort } from "../../domain/format";
import { progressWords } from "../../domain/progress";
import { isLive } from "../../stores/library";

export function Progress({ run, latest }: { run: RunDetail; latest: TrainingUpdate | null }) {
  const { fraction, done, aside, left } = progressWords(run, latest?.progress ?? null);
  return (
    <section className="run-progress" aria-label="Progress" data-testid="progress">
      <div
        className="progress progress--big"
        role="progressbar"
        aria-label="Training"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(fraction * 100)}
        aria-valuetext={left === null ? done : `${done}, ${left}`}
        data-live={isLive(run)}
      >
        <span style={{ width: `${fraction * 100}%` }} />
      </div>
      <p className="run-progress__text">
        <span>
          {done}
          {aside !== null && ` · ${aside}`}
        </span>
        <strong>{left ?? formatPercent(fraction)}</strong>
      </p>
    </section>
  );
}

export function Numbers({ latest }: { latest: TrainingUpdate | null }) {
  const score = (value: number | null | undefined): string =>
    value === null || value === undefined ? "–" : formatCount(Math.round(value));
  return (
    <section className="numbers" aria-label="Latest numbers">
      <div className="number number--hero">
        <span className="number__label">Mean score in training</span>
        <span className="number__value" data-testid="score-mean">
          {score(latest?.score.mean)}
        </span>
        <span className="number__aside">best game {score(latest?.score.max)}</span>
      </div>
      <Tile value={latest?.max_tile ?? null} />
      <div className="number">
        <span className="number__label">Steps / second</span>
        <span className="number__value">{latest ? formatNumber(Math.round(latest.steps_per_second)) : "–"}</span>
      </div>
      <div className="number">
        <span className="number__label">Games</span>
        <span className="number__value">{latest ? formatShort(latest.episodes) : "–"}</span>
      </div>
      <div className="number">
        <span className="number__label">Learning rate</span>
        <span className="number__value">{latest ? formatNumber(latest.learning_rate) : "–"}</span>
      </div>
    </section>
  );
}

/** The largest tile so far, drawn as the game draws it. */
function Tile({ value }: { value: number | null }) {
  return (
    <div className="number number--tile">
      <span className="number__label">Largest tile</span>
      <span className="tile" data-tile={value === null ? "none" : Math.min(value, 4096)} data-digits={String(value ?? 0).length}>
        {value ?? ""}
      </span>
    </div>
  );
}

export function TileRates({ rates }: { rates: Record<string, number> }) {
  const all = Object.entries(rates)
    .map(([tile, rate]) => ({ tile: Number(tile), rate }))
    .sort((a, b) => a.tile - b.tile);
  const lastReached = all.findLastIndex(({ rate }) => rate > 0);
  const shown = all.slice(0, Math.max(lastReached + 2, 1));
  if (shown.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="tiles-heading">
      <h2 id="tiles-heading" className="panel__title">
        Training games that reached a tile
      </h2>
      <ul className="rates">
        {shown.map(({ tile, rate }) => (
          <li key={tile} className="rate">
            <span className="rate__tile tile" data-tile={Math.min(tile, 4096)} data-digits={String(tile).length}>
              {tile}
            </span>
            <span className="progress" aria-hidden="true">
              <span style={{ width: `${rate * 100}%` }} />
            </span>
            <span className="rate__value">{formatPercent(rate)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
