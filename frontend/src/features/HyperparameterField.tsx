/** The control of one row of `spec/hyperparameters.json`, before a run and while it is live. */
import { formatNumber } from "../domain/format";
import type { Hyperparameter, HyperValue } from "../stores/training";
import { Choice, Stepper, Switch } from "../ui/controls";

/** Steps on a 1-2-5 grid: hyperparameters span many orders of magnitude. */
export function nextOnGrid(value: number, direction: -1 | 1): number {
  if (value <= 0) return direction > 0 ? 0.01 : 0;
  const grid = [1, 2, 5, 10];
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
  const digit = value / power;
  if (direction > 0) return Number(((grid.find((one) => one > digit + 1e-6) ?? 10) * power).toPrecision(6));
  const lower = [...grid].reverse().find((one) => one < digit - 1e-6);
  return Number((lower === undefined ? 0.5 * power : lower * power).toPrecision(6));
}

/** `value` within the bounds of a row, whole where it must be. */
export function bounded({ min = -Infinity, max = Infinity, kind }: Pick<Hyperparameter, "min" | "max" | "kind">, value: number): number {
  const kept = Math.min(max, Math.max(min, value));
  return kind === "int" ? Math.round(kept) : kept;
}

/** What was typed as a number of that kind, or null. */
export function typed(kind: Hyperparameter["kind"], text: string): number | null {
  const value = Number(text.trim().replace(",", "."));
  if (text.trim() === "" || !Number.isFinite(value)) return null;
  return kind === "int" && !Number.isInteger(value) ? null : value;
}

/** The next value of a row; where 0 means "off" and the row counts seconds or minutes, the first step is 1. */
function nextValue(row: Hyperparameter, value: number, direction: -1 | 1): number {
  const isCoarse = row.kind === "int" || (row.min === 0 && (row.max ?? 0) >= 1000);
  const isByOne = isCoarse && (direction > 0 ? value < 10 : value <= 10);
  return bounded(row, isByOne ? Math.trunc(value) + direction : nextOnGrid(value, direction));
}

interface FieldProps {
  row: Hyperparameter;
  value: HyperValue;
  onChange: (value: HyperValue) => void;
}

export function HyperparameterField({ row, value, onChange }: FieldProps) {
  if (row.kind === "bool") return <Switch label={row.label} help={row.help} value={value === true} onChange={onChange} />;
  if (row.kind === "choice") return <Choice label={row.label} help={row.help} value={String(value)} choices={row.values ?? []} onChange={onChange} />;
  const number = Number(value);
  const step = (direction: -1 | 1): number => nextValue(row, number, direction);
  const help = row.default === value ? row.help : `${row.help} Default ${formatNumber(Number(row.default))}.`;
  return (
    <Stepper
      label={row.label}
      help={help}
      value={number}
      isWhole={row.kind === "int"}
      presets={[]}
      canLower={step(-1) !== number}
      canRaise={step(1) !== number}
      onStep={(direction) => onChange(step(direction))}
      onChange={(next) => onChange(bounded(row, next))}
      parse={(text) => typed(row.kind, text)}
    />
  );
}
