/** The two charts of a run. */
import { useMemo, useState } from "react";
import type { Series } from "../../stores/series";
import { Choice } from "../../ui/controls";
import { Chart, type Curve } from "./Chart";

interface Props {
  series: Series;
  isOver: boolean;
}

function waitingText(isOver: boolean): string {
  return isOver ? "The run ended before its first numbers." : "The first numbers come with the first finished games.";
}

export function ScoreChart({ series, isOver }: Props) {
  const curves = useMemo(
    (): Curve[] => [
      { label: "Mean", points: series["score.mean"] ?? [], color: "--accent", style: "main" },
      { label: "Median", points: series["score.median"] ?? [], color: "--chart-2", style: "dashed" },
      { label: "Best", points: series["score.max"] ?? [], color: "--chart-3", style: "thin", startsHidden: true },
    ],
    [series],
  );
  return (
    <section className="panel">
      <Chart testId="score-chart" title="Score" curves={curves} waiting={waitingText(isOver)} height={220} fromZero />
    </section>
  );
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
  const [loss, setLoss] = useState<Loss>("value");
  const curves = useMemo((): Curve[] => {
    const label = LOSSES.find((one) => one.value === loss)?.label ?? loss;
    return [{ label, points: series[`loss.${loss}`] ?? [], color: "--chart-1", style: "main" }];
  }, [series, loss]);
  return (
    <section className="panel">
      <Chart testId="loss-chart" title="Loss" curves={curves} waiting={waitingText(isOver)} height={160} />
      <Choice label="Which loss" isBare value={loss} choices={LOSSES} onChange={setLoss} />
    </section>
  );
}
