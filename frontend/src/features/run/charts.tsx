/** The two charts of a run. */
import { useMemo, useState } from "react";
import type { Evaluation } from "../../api/types";
import type { Series } from "../../stores/series";
import { Choice } from "../../ui/controls";
import { Chart, type Curve, type Interval } from "./Chart";

interface Props {
  series: Series;
  isOver: boolean;
}

function waitingText(isOver: boolean): string {
  return isOver ? "The run ended before its first numbers." : "The first numbers come with the first finished games.";
}

/** Scores in training, and of the evaluations: points with their 95 % intervals. */
export function ScoreChart({ series, evaluations, isOver }: Props & { evaluations: readonly Evaluation[] }) {
  const curves = useMemo(
    (): Curve[] => [
      ...(evaluations.length > 0 ? [evaluationCurve(evaluations)] : []),
      { label: "Training", points: series["score.mean"] ?? [], color: "--accent", style: "main" },
      { label: "Median", points: series["score.median"] ?? [], color: "--chart-2", style: "dashed" },
      { label: "Best", points: series["score.max"] ?? [], color: "--chart-3", style: "thin", startsHidden: true },
    ],
    [series, evaluations],
  );
  return (
    <section className="panel">
      <Chart testId="score-chart" title="Score" curves={curves} waiting={waitingText(isOver)} height={220} fromZero />
    </section>
  );
}

function evaluationCurve(evaluations: readonly Evaluation[]): Curve {
  return {
    label: "Evaluation",
    points: evaluations.map(({ step, score }) => [step, score.mean]),
    intervals: evaluations.map(({ step, score }): Interval => [step, ...score.ci95]),
    color: "--chart-4",
    style: "points",
  };
}

const LOSSES = [
  { value: "value", label: "Value" },
  { value: "policy", label: "Policy" },
  { value: "entropy", label: "Entropy" },
  { value: "aux", label: "Auxiliary" },
] as const;

type Loss = (typeof LOSSES)[number]["value"];

/** One loss at a time: they differ by orders of magnitude, and a shared axis would flatten all but one. */
export function LossChart({ series, isOver }: Props) {
  const [chosen, setLoss] = useState<Loss>("value");
  // An algorithm that has no policy has no loss of one.
  const measured = LOSSES.filter(({ value }) => series[`loss.${value}`]?.some(([, point]) => point !== null));
  const loss = measured.some(({ value }) => value === chosen) ? chosen : (measured[0]?.value ?? chosen);
  const curves = useMemo((): Curve[] => {
    const label = LOSSES.find((one) => one.value === loss)?.label ?? loss;
    return [{ label, points: series[`loss.${loss}`] ?? [], color: "--chart-1", style: "main" }];
  }, [series, loss]);
  return (
    <section className="panel">
      <Chart testId="loss-chart" title="Loss" curves={curves} waiting={waitingText(isOver)} height={160} />
      {measured.length > 1 && <Choice label="Which loss" isBare value={loss} choices={measured} onChange={setLoss} />}
    </section>
  );
}
