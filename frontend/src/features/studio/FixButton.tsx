/** The one tap that repairs an issue. */
import { applyFix } from "../../domain/fixes";
import type { Fix } from "../../domain/types";
import { useDesignStore } from "../../stores/designStore";

export function FixButton({ fix }: { fix: Fix }) {
  const edit = useDesignStore((state) => state.edit);
  return (
    <button type="button" className="button button--small issue__fix" onClick={() => edit((draft) => applyFix(draft, fix))}>
      {fix.label}
    </button>
  );
}
