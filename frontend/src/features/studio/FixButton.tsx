/** The one tap that repairs an issue. */
import { applyFix } from "../../domain/fixes";
import type { Fix } from "../../domain/types";
import { startStep, useDesignStore } from "../../stores/designStore";

export function FixButton({ fix }: { fix: Fix }) {
  const edit = useDesignStore((state) => state.edit);
  const repair = (): void => {
    startStep();
    edit((draft) => applyFix(draft, fix));
  };
  return (
    <button type="button" className="button button--small issue__fix" onClick={repair}>
      {fix.label}
    </button>
  );
}
