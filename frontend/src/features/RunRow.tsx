/** One run in a list: state, score, progress, age. */
import type { RunDetail } from "../api/types";
import { formatAgo, formatCount, formatPercent } from "../domain/format";
import { progressWords } from "../domain/progress";
import { go } from "../stores/route";
import { Icon } from "../ui/Icon";
import { useNow } from "../ui/useNow";
import { RunLabels } from "./RunLabels";
import { RunPill } from "./RunPill";

export function RunRow({ run, showsDesign }: { run: RunDetail; showsDesign: boolean }) {
  const { fraction, done } = progressWords(run, run.latest?.progress ?? null);
  const now = useNow();
  return (
    <li>
      <button type="button" className="item" data-run-id={run.id} onClick={() => go({ screen: "run", runId: run.id })}>
        <span className="item__text">
          <span className="item__title">{showsDesign ? run.design_name : `Run of ${formatAgo(run.created_at, now)}`}</span>
          <span className="item__caption">
            {done}
            {showsDesign && ` · ${formatAgo(run.created_at, now)}`}
          </span>
          <span className="item__tags">
            <RunLabels run={run} />
          </span>
          <span className="progress" role="img" aria-label={`${formatPercent(fraction)} done`}>
            <span style={{ width: `${fraction * 100}%` }} />
          </span>
        </span>
        <span className="item__side">
          <RunPill state={run.state} />
          <RowScore run={run} />
        </span>
        <Icon name="chevron" size={20} />
      </button>
    </li>
  );
}

/** The mean of the latest evaluation, else of the games in training; which of them is said, for they do not compare. */
function RowScore({ run }: { run: RunDetail }) {
  const evaluated = run.latest_evaluation?.score.mean ?? null;
  const score = evaluated ?? run.latest?.score.mean ?? null;
  if (score === null) return null;
  return (
    <span className="item__score">
      <span className="visually-hidden">Mean score </span>
      {formatCount(Math.round(score))}
      <span className="item__score-kind">{evaluated === null ? " in training" : " evaluated"}</span>
    </span>
  );
}
