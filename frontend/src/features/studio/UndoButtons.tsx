/** Undo and redo, each with the name of the edit that it would take back or make again. */
import { useMemo } from "react";
import { useStore } from "zustand";
import { designHistory, stepWords, useDesignStore } from "../../stores/designStore";
import { redo, undo } from "../../stores/undo";
import { Icon } from "../../ui/Icon";

/** Reads the words again whenever a step was made or taken. */
function useStepWords(direction: "undo" | "redo"): string | null {
  const past = useStore(designHistory, (state) => state.pastStates);
  const future = useStore(designHistory, (state) => state.futureStates);
  const design = useDesignStore((state) => state.currentDesign);
  // eslint-disable-next-line react-hooks/exhaustive-deps -- stepWords reads these three from the stores
  return useMemo(() => stepWords(direction), [direction, past, future, design]);
}

export function UndoButtons() {
  const undoWords = useStepWords("undo");
  const redoWords = useStepWords("redo");
  const undoLabel = undoWords === null ? "Undo" : `Undo: ${undoWords}`;
  const redoLabel = redoWords === null ? "Redo" : `Redo: ${redoWords}`;
  return (
    <>
      <button type="button" className="icon-button" data-testid="undo" aria-label={undoLabel} title={undoLabel} disabled={undoWords === null} onClick={undo}>
        <Icon name="undo" />
      </button>
      <button type="button" className="icon-button" data-testid="redo" aria-label={redoLabel} title={redoLabel} disabled={redoWords === null} onClick={redo}>
        <Icon name="redo" />
      </button>
    </>
  );
}
