/** Someone else saved first: which version stays? */
import { resolveConflict, useSync } from "../../stores/designSync";
import { useDesignStore } from "../../stores/designStore";
import { Sheet } from "../../ui/Sheet";

export function ConflictSheet() {
  const conflict = useSync((state) => state.conflict);
  const mine = useDesignStore((state) => state.currentDesign);
  if (!conflict || !mine) return null;
  const there = { etag: conflict.etag, design: conflict.theirs };
  return (
    <Sheet
      title="Changed on another device"
      subtitle="Both versions build on the same one. Choose which to keep; undo brings nothing back across devices."
      testId="conflict-sheet"
      onClose={() => useSync.setState({ conflict: null })}
    >
      <div className="choices">
        <button type="button" className="choice" onClick={() => void resolveConflict(mine, there)}>
          <strong>Keep mine</strong>
          <span>{mine.components.length} blocks, as they are on this phone</span>
        </button>
        <button type="button" className="choice" onClick={() => void resolveConflict(conflict.theirs, there)}>
          <strong>Take theirs</strong>
          <span>{conflict.theirs.components.length} blocks, as the server has them; my edits go</span>
        </button>
      </div>
    </Sheet>
  );
}
