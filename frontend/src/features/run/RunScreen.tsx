/** One run: what it does now, how the score moves, which experts work, and pause, resume, stop, export by thumb. */
import { useEffect, useMemo, useState } from "react";
import { labelsById } from "../../domain/stack";
import { isOver, useRun, watchRun } from "../../stores/runStore";
import { go } from "../../stores/route";
import { Icon } from "../../ui/Icon";
import { Empty, Skeleton } from "../../ui/parts";
import { RunPill } from "../RunPill";
import { Alerts } from "./Alerts";
import { CheckpointsSheet } from "./CheckpointsSheet";
import { EvaluationCard } from "./EvaluationCard";
import { ExpertUsage } from "./ExpertUsage";
import { ExportSheet } from "./ExportSheet";
import { GamesSheet } from "./GamesSheet";
import { HealthPanel } from "./HealthPanel";
import { LossChart, ScoreChart } from "./charts";
import { OtherRuns } from "./OtherRuns";
import { RunDock } from "./RunDock";
import { RunHeader } from "./RunHeader";
import { Numbers, Progress, TileRates } from "./RunNumbers";
import { TrainedDesign } from "./TrainedDesign";
import { TuneSheet } from "./TuneSheet";

export function RunScreen({ runId }: { runId: string }) {
  const { run, design, latest, series, evaluations, alerts, problem, missing } = useRun();
  const [sheet, setSheet] = useState<"export" | "tune" | "checkpoints" | "games" | null>(null);
  const [exportStep, setExportStep] = useState<number>();
  useEffect(() => watchRun(runId), [runId]);
  const labels = useMemo(() => (design ? labelsById(design) : new Map<string, string>()), [design]);

  const exportFrom = (step?: number): void => {
    setExportStep(step);
    setSheet("export");
  };
  if (missing) {
    return (
      <main className="screen screen--centered">
        <Empty
          icon="warning"
          title="No such run"
          action={
            <button type="button" className="button button--filled" onClick={() => go({ screen: "runs" }, "replace")}>
              All runs
            </button>
          }
        >
          The address names a run that this server does not have.
        </Empty>
      </main>
    );
  }
  if (run?.id !== runId) {
    return (
      <div className="screen">
        <header className="bar bar--skeleton" />
        <main className="run__main" aria-busy="true">
          {problem ? <p className="home__problem">{problem}</p> : <Skeleton rows={4} height={140} />}
        </main>
      </div>
    );
  }
  return (
    <div className="screen run">
      <RunHeader run={run} pill={<RunPill state={run.state} testId="run-state" />} />
      <main className="run__main">
        {run.reason && <p className={run.state === "failed" ? "reason reason--bad" : "reason"}>{run.reason}</p>}
        <Alerts alerts={alerts} isOver={isOver(run.state)} onAct={setSheet} />
        <Progress run={run} latest={latest} />
        <Numbers latest={latest} />
        <EvaluationCard run={run} evaluations={evaluations} />
        <ScoreChart series={series} evaluations={evaluations} isOver={isOver(run.state)} />
        <Kept onCheckpoints={() => setSheet("checkpoints")} onGames={() => setSheet("games")} />
        <ExpertUsage moe={latest?.moe ?? null} series={series} labels={labels} />
        <TileRates rates={latest?.tile_rates ?? {}} />
        <LossChart series={series} isOver={isOver(run.state)} />
        <HealthPanel health={latest?.health ?? null} kickstart={latest?.kickstart ?? null} />
        <TrainedDesign run={run} />
        <OtherRuns run={run} />
      </main>
      <RunDock run={run} onExport={() => exportFrom()} onTune={() => setSheet("tune")} />
      {sheet === "export" && <ExportSheet run={run} {...(exportStep === undefined ? {} : { step: exportStep })} onClose={() => setSheet(null)} />}
      {sheet === "checkpoints" && <CheckpointsSheet run={run} evaluations={evaluations} onExport={exportFrom} onClose={() => setSheet(null)} />}
      {sheet === "games" && <GamesSheet run={run} evaluations={evaluations} onClose={() => setSheet(null)} />}
      {sheet === "tune" && <TuneSheet run={run} onClose={() => setSheet(null)} />}
    </div>
  );
}

/** What a run leaves to go back to, and to look at. */
function Kept({ onCheckpoints, onGames }: { onCheckpoints: () => void; onGames: () => void }) {
  return (
    <section className="panel kept" aria-label="Kept of this run">
      <button type="button" className="row-button" data-testid="checkpoints" onClick={onCheckpoints}>
        <Icon name="history" />
        <span>Checkpoints</span>
        <Icon name="chevron" size={20} />
      </button>
      <button type="button" className="row-button" data-testid="games" onClick={onGames}>
        <Icon name="board_input" />
        <span>Recorded games</span>
        <Icon name="chevron" size={20} />
      </button>
    </section>
  );
}
