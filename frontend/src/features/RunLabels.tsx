/** How a run learns, and whether a teacher helped: told wherever one of its results is shown. */
import type { RunDetail } from "../api/types";
import { isKickstarted } from "../domain/runLabels";

export function KickstartTag() {
  return (
    <span className="tag tag--accent" data-testid="kickstarted">
      Kick-started
    </span>
  );
}

export function RunLabels({ run }: { run: RunDetail }) {
  return (
    <>
      {run.algorithm && (
        <span className="tag" data-testid="algorithm">
          {run.algorithm === "td" ? "TD learning" : "PPO"}
        </span>
      )}
      {isKickstarted(run) && <KickstartTag />}
    </>
  );
}
