/** One run in a list: state, score, progress, age. */
import type { RunDetail } from "../api/types";
import { formatAgo, formatNumber, formatPercent, formatShort } from "../domain/format";
import { go } from "../stores/route";
import { Icon } from "../ui/Icon";
import { useNow } from "../ui/useNow";
import { RunPill } from "./RunPill";

export function RunRow({ run, showsDesign }: { run: RunDetail; showsDesign: boolean }) {
  const part = Math.min(1, run.step / Math.max(1, run.total_steps));
  const now = useNow();
  const score = run.latest?.score.mean ?? null;
  return (
    <li>
      <button type="button" className="item" data-run-id={run.id} onClick={() => go({ screen: "run", runId: run.id })}>
        <span className="item__text">
          <span className="item__title">{showsDesign ? run.design_name : `Run of ${formatAgo(run.created_at, now)}`}</span>
          <span className="item__caption">
            {formatShort(run.step)} of {formatShort(run.total_steps)} steps
            {showsDesign && ` · ${formatAgo(run.created_at, now)}`}
          </span>
          <span className="progress" role="img" aria-label={`${formatPercent(part)} done`}>
            <span style={{ width: `${part * 100}%` }} />
          </span>
        </span>
        <span className="item__side">
          <RunPill state={run.state} />
          {score !== null && (
            <span className="item__score">
              {formatNumber(Math.round(score))}
              <span className="visually-hidden"> mean score</span>
            </span>
          )}
        </span>
        <Icon name="chevron" size={20} />
      </button>
    </li>
  );
}
