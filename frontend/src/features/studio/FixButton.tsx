/** The one tap that repairs an issue. */
import { useMemo } from "react";
import { applyFix } from "../../domain/fixes";
import { changeOf } from "../../domain/repair";
import type { Fix } from "../../domain/types";
import { startStep, useDesignStore } from "../../stores/designStore";

export function FixButton({ fix }: { fix: Fix }) {
  const design = useDesignStore((state) => state.currentDesign);
  const change = useMemo(() => (design ? changeOf(design, fix) : null), [design, fix]);
  const edit = useDesignStore((state) => state.edit);
  const repair = (): void => {
    startStep();
    edit((draft) => applyFix(draft, fix));
  };
  return (
    <button type="button" className="button button--small issue__fix issue__fix--change" onClick={repair}>
      <span>{fix.label}</span>
      {change && (
        <span className="issue__change">
          {change.before !== null && <del>{change.before}</del>}
          {change.before !== null && change.after !== null && <span aria-hidden="true"> → </span>}
          {change.after !== null && <ins>{change.after}</ins>}
        </span>
      )}
    </button>
  );
}
