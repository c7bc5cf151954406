/** Hyperparameters of a live run: they take effect at the next update and are recorded in its history. */
import { useState } from "react";
import { api } from "../../api/client";
import { explain } from "../../api/problems";
import type { RunDetail } from "../../api/types";
import { useRun } from "../../stores/runStore";
import { toast } from "../../stores/toasts";
import { hyperparameters, type HyperValue } from "../../stores/training";
import { Sheet } from "../../ui/Sheet";
import { HyperparameterField } from "../HyperparameterField";

export function TuneSheet({ run, onClose }: { run: RunDetail; onClose: () => void }) {
  const [values, setValues] = useState<Record<string, HyperValue>>({});
  const changed = Object.entries(values).filter(([name, value]) => run.hyperparameters[name] !== value);
  const apply = async (): Promise<void> => {
    try {
      const answer = await api.setHyperparameters(run.id, Object.fromEntries(changed));
      useRun.setState({ run: answer });
      toast("Takes effect at the next update", "good");
      onClose();
    } catch (error) {
      toast(explain(error), "bad");
    }
  };
  return (
    <Sheet
      title="Hyperparameters"
      subtitle="Of this run, from its next update on."
      onClose={onClose}
      footer={
        <button type="button" className="button button--filled button--wide" disabled={changed.length === 0} onClick={() => void apply()}>
          {changed.length === 0 ? "Nothing changed" : `Apply ${changed.length === 1 ? "1 change" : `${changed.length} changes`}`}
        </button>
      }
    >
      {hyperparameters
        .filter((row) => row.live)
        .map((row) => (
          <HyperparameterField
            key={row.name}
            row={row}
            value={values[row.name] ?? run.hyperparameters[row.name] ?? row.default}
            onChange={(value) => setValues({ ...values, [row.name]: value })}
          />
        ))}
    </Sheet>
  );
}
