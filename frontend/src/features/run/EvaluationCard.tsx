/** The latest evaluation: how well the network plays whole games on seeds that stay the same. */
import type { Evaluation, RunDetail } from "../../api/types";
import { evaluationAt, scoreText, toldTiles } from "../../domain/evaluation";
import { formatCount, formatDuration, formatPercent, formatShort } from "../../domain/format";
import { isLive } from "../../stores/library";
import { KickstartTag } from "../RunLabels";

interface Props {
  run: RunDetail;
  evaluations: readonly Evaluation[];
}

export function EvaluationCard({ run, evaluations }: Props) {
  const latest = evaluationAt(evaluations, Infinity) ?? run.latest_evaluation ?? null;
  const every = Number(run.hyperparameters["evaluate_seconds"] ?? 0);
  if (!latest) {
    if (!isLive(run) || every <= 0) return null;
    return <p className="reason">The first evaluation comes after about {formatDuration(every)} of training: whole games that measure and teach nothing.</p>;
  }
  return <Card latest={latest} best={bestOf(evaluations) ?? latest} />;
}

function Card({ latest, best }: { latest: Evaluation; best: Evaluation }) {
  const {
    ci95: [low, high],
    median,
  } = latest.score;
  return (
    <section className="panel evaluation" aria-labelledby="evaluation-heading" data-testid="evaluation" data-step={latest.step}>
      <div className="evaluation__head">
        <h2 id="evaluation-heading" className="panel__title">
          Evaluation
        </h2>
        {latest.kickstarted && <KickstartTag />}
      </div>
      <p className="evaluation__score" data-testid="evaluation-score" aria-live="polite">
        {scoreText(latest.score)}
      </p>
      <p className="panel__lead">
        Mean of {latest.games} {latest.mode} games on seeds that stay the same. 95% interval: {formatCount(Math.round(low))} to{" "}
        {formatCount(Math.round(high))}.
      </p>
      <ul className="evaluation__tiles" aria-label="Games that reached a tile">
        {toldTiles(latest.tile_rates).map(({ tile, rate }) => (
          <li key={tile} className="evaluation__tile">
            <span className="tile" data-tile={tile} data-digits={String(tile).length}>
              {tile}
            </span>
            <strong>{formatPercent(rate)}</strong>
          </li>
        ))}
      </ul>
      <p className="evaluation__facts">
        At step {formatShort(latest.step)}, after {formatDuration(latest.elapsed_s)} of training · median {formatCount(Math.round(median))} · largest tile{" "}
        {latest.max_tile}
        {best.step !== latest.step && ` · best so far ${scoreText(best.score)} at step ${formatShort(best.step)}`}
      </p>
    </section>
  );
}

function bestOf(evaluations: readonly Evaluation[]): Evaluation | null {
  return evaluations.reduce<Evaluation | null>((best, one) => (best && best.score.mean >= one.score.mean ? best : one), null);
}
