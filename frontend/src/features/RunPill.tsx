/** The state of a run in a word (the contract's own, capitalised by CSS) and a colour. */
import type { RunState } from "../api/types";

export function RunPill({ state, testId }: { state: RunState; testId?: string }) {
  return (
    <span className="pill" data-state={state} data-testid={testId}>
      <span className="pill__dot" aria-hidden="true" />
      {state}
    </span>
  );
}
