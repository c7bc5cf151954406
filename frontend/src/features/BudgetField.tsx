/** How long a run goes on: minutes of training, or moves. */
import { formatShort } from "../domain/format";
import { type Budget, runDefaults } from "../stores/training";
import { Choice, Stepper } from "../ui/controls";
import { bounded, nextOnGrid, typed } from "./HyperparameterField";

const MINUTE_PRESETS = [1, 3, 10, 30, 60];
const STEP_PRESETS = [200_000, 1_000_000, 2_000_000, 10_000_000];

interface Props {
  budget: Budget;
  onChange: (budget: Budget) => void;
}

export function BudgetField({ budget, onChange }: Props) {
  return (
    <>
      <Choice
        label="Train for"
        value={budget.by}
        choices={[
          { value: "minutes", label: "A time" },
          { value: "steps", label: "A number of moves" },
        ]}
        onChange={(by) => onChange({ ...budget, by })}
      />
      {budget.by === "minutes" ? (
        <Amount
          label="Minutes"
          help="Of training: pauses do not count. The learning rate falls to zero over this time."
          value={budget.minutes}
          bounds={{ ...runDefaults.minutes, kind: "float" }}
          presets={MINUTE_PRESETS}
          onChange={(minutes) => onChange({ ...budget, minutes })}
        />
      ) : (
        <Amount
          label="Steps"
          help="Moves in all games together. The same on every machine, however fast it is."
          value={budget.steps}
          bounds={{ ...runDefaults.total_steps, kind: "int" }}
          presets={STEP_PRESETS}
          onChange={(steps) => onChange({ ...budget, steps })}
        />
      )}
    </>
  );
}

interface AmountProps {
  label: string;
  help: string;
  value: number;
  bounds: { min: number; max: number; kind: "int" | "float" };
  presets: number[];
  onChange: (value: number) => void;
}

function Amount({ label, help, value, bounds, presets, onChange }: AmountProps) {
  const set = (next: number): void => onChange(bounded(bounds, next));
  return (
    <Stepper
      label={label}
      help={help}
      value={value}
      isWhole={bounds.kind === "int"}
      presets={presets}
      presetText={formatShort}
      canLower={value > bounds.min}
      canRaise={value < bounds.max}
      onStep={(direction) => set(nextOnGrid(value, direction))}
      onChange={set}
      parse={(text) => typed(bounds.kind, text)}
    />
  );
}
