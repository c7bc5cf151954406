/** What the next Train uses, where it differs from the defaults. */
import { algorithmOf } from "../../domain/algorithm";
import { useDesignStore } from "../../stores/designStore";
import { DEFAULT_OPTIONS, hyperparameters, runDefaults, type TrainOptions, useTraining } from "../../stores/training";
import { Stepper } from "../../ui/controls";
import { Sheet } from "../../ui/Sheet";
import { BudgetField } from "../BudgetField";
import { bounded, typed } from "../HyperparameterField";
import { HyperparameterGroups } from "../HyperparameterGroups";

export function TrainOptionsSheet({ onClose }: { onClose: () => void }) {
  const options = useTraining((state) => state.options);
  const { budget, seed } = options;
  const algorithm = useDesignStore((state) => algorithmOf(state.currentDesign));
  const set = (change: Partial<TrainOptions>): void => useTraining.setState({ options: { ...options, ...change } });
  const setSeed = (value: number): void => set({ seed: bounded({ ...runDefaults.seed, kind: "int" }, value) });
  return (
    <Sheet
      title="Training options"
      subtitle="Used by the next Train. The defaults learn well on two cores."
      testId="train-options"
      onClose={onClose}
      footer={
        <button type="button" className="button button--tonal button--wide" onClick={() => set(DEFAULT_OPTIONS)}>
          Back to the defaults
        </button>
      }
    >
      <BudgetField budget={budget} onChange={(next) => set({ budget: next })} />
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
      <h3 className="palette__heading">Hyperparameters</h3>
      <HyperparameterGroups
        algorithm={algorithm}
        rows={hyperparameters}
        baseOf={(row) => row.default}
        changes={options.hyperparameters}
        onChange={(changes) => set({ hyperparameters: changes })}
      />
    </Sheet>
  );
}
