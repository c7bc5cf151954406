/** Hyperparameters of a live run: they take effect at the next update and are recorded in its history. */
import { useState } from "react";
import { api } from "../../api/client";
import { explain } from "../../api/problems";
import type { RunDetail } from "../../api/types";
import { isKickstarted } from "../../domain/runLabels";
import { useRun } from "../../stores/runStore";
import { toast } from "../../stores/toasts";
import { hyperparameters, type HyperValue } from "../../stores/training";
import { Sheet } from "../../ui/Sheet";
import { HyperparameterGroups } from "../HyperparameterGroups";

export function TuneSheet({ run, onClose }: { run: RunDetail; onClose: () => void }) {
  const [changes, setChanges] = useState<Record<string, HyperValue>>({});
  const { length } = Object.keys(changes);
  const apply = async (): Promise<void> => {
    try {
      const answer = await api.setHyperparameters(run.id, changes);
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
        <button type="button" className="button button--filled button--wide" disabled={length === 0} onClick={() => void apply()}>
          {length === 0 ? "Nothing changed" : `Apply ${length === 1 ? "1 change" : `${length} changes`}`}
        </button>
      }
    >
      <HyperparameterGroups
        algorithm={run.algorithm ?? "ppo"}
        rows={hyperparameters.filter((row) => row.live && (row.group !== "kickstart" || isKickstarted(run)))}
        baseOf={(row) => run.hyperparameters[row.name] ?? row.default}
        changes={changes}
        onChange={setChanges}
      />
    </Sheet>
  );
}
