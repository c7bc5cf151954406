/** One run: what it does now, how the score moves, which experts work, and pause, resume, stop, export by thumb. */
import { useEffect, useMemo, useState } from "react";
import { labelsById } from "../../domain/stack";
import { isOver, useRun, watchRun } from "../../stores/runStore";
import { go } from "../../stores/route";
import { Empty, Skeleton } from "../../ui/parts";
import { RunPill } from "../RunPill";
import { Alerts } from "./Alerts";
import { ExpertUsage } from "./ExpertUsage";
import { ExportSheet } from "./ExportSheet";
import { LossChart, ScoreChart } from "./charts";
import { OtherRuns } from "./OtherRuns";
import { RunDock } from "./RunDock";
import { RunHeader } from "./RunHeader";
import { Numbers, Progress, TileRates } from "./RunNumbers";
import { TrainedDesign } from "./TrainedDesign";
import { TuneSheet } from "./TuneSheet";

export function RunScreen({ runId }: { runId: string }) {
  const { run, design, latest, series, alerts, problem, missing } = useRun();
  const [sheet, setSheet] = useState<"export" | "tune" | null>(null);
  useEffect(() => watchRun(runId), [runId]);
  const labels = useMemo(() => (design ? labelsById(design) : new Map<string, string>()), [design]);

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
        <Alerts alerts={alerts} />
        <Progress run={run} latest={latest} />
        <Numbers latest={latest} />
        <ScoreChart series={series} isOver={isOver(run.state)} />
        <ExpertUsage usage={latest?.moe?.expert_usage_by_component ?? {}} flat={latest?.moe?.expert_usage ?? []} series={series} labels={labels} />
        <TileRates rates={latest?.tile_rates ?? {}} />
        <LossChart series={series} isOver={isOver(run.state)} />
        <TrainedDesign run={run} />
        <OtherRuns run={run} />
      </main>
      <RunDock run={run} onExport={() => setSheet("export")} onTune={() => setSheet("tune")} />
      {sheet === "export" && <ExportSheet run={run} onClose={() => setSheet(null)} />}
      {sheet === "tune" && <TuneSheet run={run} onClose={() => setSheet(null)} />}
    </div>
  );
}
