/** What the next Train uses, where it differs from the defaults. */
import { formatShort } from "../../domain/format";
import { hyperparameters, type Hyperparameter, type HyperValue, runDefaults, useTraining } from "../../stores/training";
import { Stepper } from "../../ui/controls";
import { Icon } from "../../ui/Icon";
import { Sheet } from "../../ui/Sheet";
import { bounded, HyperparameterField, nextOnGrid, typed } from "../HyperparameterField";

const STEP_PRESETS = [200_000, 1_000_000, 2_000_000, 10_000_000];

export function TrainOptionsSheet({ onClose }: { onClose: () => void }) {
  const options = useTraining((state) => state.options);
  const total = options.total_steps ?? runDefaults.total_steps.default;
  const seed = options.seed ?? runDefaults.seed.default;
  const setSteps = (value: number): void =>
    useTraining.setState({ options: { ...options, total_steps: bounded({ ...runDefaults.total_steps, kind: "int" }, value) } });
  const setSeed = (value: number): void =>
    useTraining.setState({ options: { ...options, seed: bounded({ ...runDefaults.seed, kind: "int" }, value) } });
  const changed = Object.keys(options.hyperparameters ?? {}).length;
  return (
    <Sheet
      title="Training options"
      subtitle="Used by the next Train. The defaults learn well on two cores."
      testId="train-options"
      onClose={onClose}
      footer={
        <button type="button" className="button button--tonal button--wide" onClick={() => useTraining.setState({ options: {} })}>
          Back to the defaults
        </button>
      }
    >
      <Stepper
        label="Steps"
        help="Moves in all games together until the run is complete."
        value={total}
        isWhole
        presets={STEP_PRESETS}
        presetText={formatShort}
        canLower={total > runDefaults.total_steps.min}
        canRaise={total < runDefaults.total_steps.max}
        onStep={(direction) => setSteps(nextOnGrid(total, direction))}
        onChange={setSteps}
        parse={(text) => typed("int", text)}
      />
      <Stepper
        label="Seed"
        help="The same seed plays the same games."
        value={seed}
        isWhole
        presets={[]}
        canLower={seed > runDefaults.seed.min}
        canRaise={seed < runDefaults.seed.max}
        onStep={(direction) => setSeed(seed + direction)}
        onChange={setSeed}
        parse={(text) => typed("int", text)}
      />
      <details className="inputs">
        <summary className="inputs__summary">
          <span className="inputs__label">Hyperparameters</span>
          <span className="inputs__current">{changed === 0 ? "all default" : `${changed} changed`}</span>
          <Icon name="chevron" size={20} />
        </summary>
        {hyperparameters.map((row) => (
          <HyperparameterField
            key={row.name}
            row={row}
            value={options.hyperparameters?.[row.name] ?? row.default}
            onChange={(value) =>
              useTraining.setState({
                options: { ...options, hyperparameters: withValue(options.hyperparameters ?? {}, row, value) },
              })
            }
          />
        ))}
      </details>
    </Sheet>
  );
}

function withValue(values: Record<string, HyperValue>, row: Hyperparameter, value: HyperValue): Record<string, HyperValue> {
  const others = Object.fromEntries(Object.entries(values).filter(([name]) => name !== row.name));
  return value === row.default ? others : { ...others, [row.name]: value };
}
