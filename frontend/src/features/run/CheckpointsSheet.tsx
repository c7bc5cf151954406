/** What was kept of a run: why each checkpoint stays, and pinning, branching and exporting from it. */
import { useEffect, useState } from "react";
import type { Checkpoint, Evaluation, KeptBecause, RunDetail } from "../../api/types";
import { evaluationAt, scoreText } from "../../domain/evaluation";
import { formatAgo, formatBytes, formatCount, formatDuration, formatShort } from "../../domain/format";
import { branchRun, loadCheckpoints, setPinned, useCheckpoints } from "../../stores/checkpoints";
import { go } from "../../stores/route";
import { toast } from "../../stores/toasts";
import { type Budget, DEFAULT_OPTIONS } from "../../stores/training";
import { Icon } from "../../ui/Icon";
import { Empty, Skeleton, Spinner } from "../../ui/parts";
import { Sheet } from "../../ui/Sheet";
import { useNow } from "../../ui/useNow";
import { BudgetField } from "../BudgetField";

interface Props {
  run: RunDetail;
  evaluations: readonly Evaluation[];
  onExport: (step: number) => void;
  onClose: () => void;
}

export function CheckpointsSheet({ run, evaluations, onExport, onClose }: Props) {
  const { items, space, problem } = useCheckpoints();
  const [open, setOpen] = useState<number | null>(null);
  const latest = run.latest_checkpoint?.step;
  useEffect(() => void loadCheckpoints(run.id), [run.id, latest]);
  return (
    <Sheet title="Checkpoints" subtitle="States of the network to go back to. Pinned ones stay for good." testId="checkpoints-sheet" onClose={onClose}>
      {problem !== null && <p className="home__problem">{problem}</p>}
      {items === null && problem === null && <Skeleton rows={4} height={64} />}
      {items?.length === 0 && (
        <Empty icon="history" title="No checkpoint yet">
          The first one is written within a minute of training.
        </Empty>
      )}
      <ul className="revisions">
        {items?.map((checkpoint) => (
          <CheckpointRow
            key={checkpoint.step}
            run={run}
            checkpoint={checkpoint}
            evaluation={evaluationAt(evaluations, checkpoint.step)}
            isOpen={open === checkpoint.step}
            onToggle={() => setOpen(open === checkpoint.step ? null : checkpoint.step)}
            onExport={() => onExport(checkpoint.step)}
            onClose={onClose}
          />
        ))}
      </ul>
      {space !== null && (
        <p className="sheet__note checkpoint__space">
          Together {formatBytes(space.bytes)}; {formatBytes(space.free)} are free on the server.
        </p>
      )}
    </Sheet>
  );
}

interface RowProps {
  run: RunDetail;
  checkpoint: Checkpoint;
  /** The last one until then. */
  evaluation: Evaluation | null;
  isOpen: boolean;
  onToggle: () => void;
  onExport: () => void;
  onClose: () => void;
}

const REASONS: Record<KeptBecause, string> = {
  best: "Best score",
  pinned: "Pinned",
  last: "Among the newest",
  every: "One every so often",
};

function CheckpointRow(props: RowProps) {
  const { checkpoint, isOpen, onToggle } = props;
  const now = useNow();
  return (
    <li className="revision checkpoint" data-step={checkpoint.step} data-pinned={checkpoint.pinned}>
      <button type="button" className="row-button" aria-expanded={isOpen} onClick={onToggle}>
        <span className="revision__text">
          <span className="revision__title">Step {formatShort(checkpoint.step)}</span>
          <span className="revision__caption">
            {formatAgo(checkpoint.created_at, now)}
            {scoreOf(checkpoint)}
          </span>
          <span className="item__tags">
            {checkpoint.kept_because.map((reason) => (
              <span key={reason} className={reason === "pinned" || reason === "best" ? "tag tag--accent" : "tag"}>
                {REASONS[reason]}
              </span>
            ))}
          </span>
        </span>
        <Icon name="chevron" size={20} />
      </button>
      {isOpen && <CheckpointDetail {...props} />}
    </li>
  );
}

/** Its own evaluation, else the score in training then. */
function scoreOf({ evaluation, score }: Checkpoint): string {
  if (evaluation !== null) return ` · evaluated ${formatCount(Math.round(evaluation))}`;
  return score === null ? "" : ` · ${formatCount(Math.round(score))} in training`;
}

function CheckpointDetail({ run, checkpoint, evaluation, onExport, onClose }: RowProps) {
  const [isBranching, setBranching] = useState(false);
  const { step, pinned, bytes } = checkpoint;
  return (
    <div className="revision__detail">
      <p className="checkpoint__facts">
        {evaluation
          ? `Evaluated at step ${formatShort(evaluation.step)}: ${scoreText(evaluation.score)} in ${evaluation.games} games, after ${formatDuration(evaluation.elapsed_s)}.`
          : "Not evaluated until then."}
        {typeof bytes === "number" && ` ${formatBytes(bytes)} on the server's disk.`}
      </p>
      <div className="revision__actions">
        <button type="button" className="button button--small" data-testid="pin" aria-pressed={pinned} onClick={() => void setPinned(run.id, step, !pinned)}>
          <Icon name="pin" size={18} />
          {pinned ? "Unpin" : "Pin"}
        </button>
        <button type="button" className="button button--small" onClick={onExport}>
          <Icon name="download" size={18} />
          Export
        </button>
        <button type="button" className="button button--small" data-testid="branch" aria-expanded={isBranching} onClick={() => setBranching(!isBranching)}>
          <Icon name="branch" size={18} />
          Branch
        </button>
      </div>
      {isBranching && <BranchForm run={run} step={step} onClose={onClose} />}
    </div>
  );
}

/** A branch is a run of its own: this one stays as it is. */
function BranchForm({ run, step, onClose }: { run: RunDetail; step: number; onClose: () => void }) {
  const [budget, setBudget] = useState<Budget>(DEFAULT_OPTIONS.budget);
  const [isBusy, setBusy] = useState(false);
  const branch = async (): Promise<void> => {
    if (isBusy) return;
    setBusy(true);
    const runId = await branchRun(run.id, step, budget);
    setBusy(false);
    if (runId === null) return;
    toast(`A new run starts from step ${formatShort(step)}`, "good");
    onClose();
    go({ screen: "run", runId });
  };
  return (
    <div className="checkpoint__branch">
      <p className="checkpoint__facts">A new run goes on from these weights with the same hyperparameters. This run stays as it is.</p>
      <BudgetField budget={budget} onChange={setBudget} />
      <button type="button" className="button button--filled button--wide" data-testid="start-branch" aria-disabled={isBusy} onClick={() => void branch()}>
        {isBusy ? <Spinner label="Starting" /> : <Icon name="play" size={20} />}
        Train from here
      </button>
    </div>
  );
}
