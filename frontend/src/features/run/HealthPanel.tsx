/** Numbers that tell early whether the learning is in order, each with what it means. */
import type { Health, Kickstart } from "../../api/types";
import { formatCount, formatNumber, formatPercent } from "../../domain/format";
import { Icon } from "../../ui/Icon";

const ROWS: { name: keyof Health; label: string; text: (value: number) => string; help: string }[] = [
  { name: "approx_kl", label: "KL divergence", text: short, help: "How far one update moves the policy. A sudden rise means that the steps are too large." },
  { name: "clip_fraction", label: "Clipped", text: formatPercent, help: "Share of the moves whose change was cut off. Well over a third: lower the learning rate." },
  { name: "relative_entropy", label: "Entropy", text: short, help: "How open the play still is: 1 is random, 0 always the same move." },
  { name: "explained_variance", label: "Explained variance", text: short, help: "How well the value head foresees the points. 1 is perfect, 0 is no better than the average." },
  { name: "grad_norm", label: "Gradient length", text: short, help: "Before it is cut to the limit. A jump comes before trouble." },
];

function short(value: number): string {
  return formatNumber(Number(value.toPrecision(2)));
}

interface Props {
  health: Health | null;
  kickstart: Kickstart | null;
}

export function HealthPanel({ health, kickstart }: Props) {
  const rows = ROWS.flatMap((row) => {
    const value = health?.[row.name] ?? null;
    return value === null ? [] : [{ ...row, value }];
  });
  if (rows.length === 0 && !kickstart) return null;
  return (
    <details className="panel health" data-testid="health">
      <summary className="health__summary">
        <span className="panel__title">Health of the learning</span>
        <Icon name="chevron" size={20} />
      </summary>
      <dl className="health__rows">
        {rows.map(({ name, label, text, help, value }) => (
          <Row key={name} label={label} value={text(value)} help={help} />
        ))}
        {kickstart && <TeacherRows kickstart={kickstart} />}
      </dl>
    </details>
  );
}

function TeacherRows({ kickstart: { weight, teacher_score: score } }: { kickstart: Kickstart }) {
  return (
    <>
      <Row label="Teacher's weight" value={short(weight)} help="How much the teacher's moves count beside what was played; it falls to 0." />
      {score !== null && <Row label="Teacher's score" value={formatCount(Math.round(score))} help="Mean score of the teacher that this run was kick-started with." />}
    </>
  );
}

function Row({ label, value, help }: { label: string; value: string; help: string }) {
  return (
    <div className="health__row">
      <dt>
        {label} <span className="health__help">{help}</span>
      </dt>
      <dd>{value}</dd>
    </div>
  );
}
