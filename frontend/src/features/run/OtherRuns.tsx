/** The other runs of the same design. */
import { useEffect } from "react";
import type { RunDetail } from "../../api/types";
import { loadRuns, useLibrary } from "../../stores/library";
import { RunRow } from "../RunRow";

export function OtherRuns({ run }: { run: RunDetail }) {
  const runs = useLibrary((state) => state.runs);
  useEffect(() => void loadRuns(), [run.state]);
  const others = runs?.filter((other) => other.design_id === run.design_id && other.id !== run.id) ?? [];
  if (others.length === 0) return null;
  return (
    <section aria-labelledby="others-heading">
      <h2 id="others-heading" className="section-heading">
        Other runs of this design
      </h2>
      <ul className="list">
        {others.map((other) => (
          <RunRow key={other.id} run={other} showsDesign={false} />
        ))}
      </ul>
    </section>
  );
}
