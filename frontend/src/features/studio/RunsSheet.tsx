/** The runs of the open design. */
import { useEffect } from "react";
import type { ModelArchitecture } from "../../domain/types";
import { loadRuns, useLibrary } from "../../stores/library";
import { Skeleton } from "../../ui/parts";
import { Sheet } from "../../ui/Sheet";
import { RunRow } from "../RunRow";

export function RunsSheet({ design, onClose }: { design: ModelArchitecture; onClose: () => void }) {
  const runs = useLibrary((state) => state.runs);
  useEffect(() => void loadRuns(), []);
  const own = runs?.filter((run) => run.design_id === design.id);
  return (
    <Sheet title="Runs" subtitle={design.name} onClose={onClose}>
      {!own && <Skeleton rows={2} height={76} />}
      {own?.length === 0 && <p className="sheet__lead">Nothing was trained yet. Train starts the first run.</p>}
      <ul className="list">{own?.map((run) => <RunRow key={run.id} run={run} showsDesign={false} />)}</ul>
    </Sheet>
  );
}
