/** The design that is open: what the user edits, what validation says of it, and how far it is saved. */
import { temporal } from "zundo";
import { create } from "zustand";
import { immer } from "zustand/middleware/immer";
import type { ModelArchitecture, ValidationResult } from "../domain/types";
import type { Analysis } from "../domain/validate";

/** `waiting`: kept on the phone until the server is there; `refused`: the server will not take it as it is. */
export type SaveState = "saved" | "dirty" | "saving" | "waiting" | "conflict" | "refused" | "gone";

interface DesignState {
  currentDesign: ModelArchitecture | null;
  validation: ValidationResult | null;
  analysis: Analysis | null;
  /** Exact number of parameters. */
  paramCount: number;
  /** Megabytes for training at the default batch. */
  estimatedMemory: number;
  saveState: SaveState;
  selectedId: string | null;
  setDesign: (design: ModelArchitecture | null) => void;
  setValidation: (analysis: Analysis | null) => void;
  setSaveState: (state: SaveState) => void;
  select: (id: string | null) => void;
  /** Changes the design through a recipe from `domain/edit.ts`; one call is one step of undo. */
  edit: <T>(recipe: (draft: ModelArchitecture) => T) => T | undefined;
}

const UNDO_STEPS = 100;

export const useDesignStore = create<DesignState>()(
  temporal(
    immer((set) => ({
      currentDesign: null,
      validation: null,
      analysis: null,
      paramCount: 0,
      estimatedMemory: 0,
      saveState: "saved",
      selectedId: null,
      setDesign: (design) => set({ currentDesign: design }),
      setValidation: (analysis) =>
        set({
          analysis,
          validation: analysis?.result ?? null,
          paramCount: analysis?.paramCount ?? 0,
          estimatedMemory: analysis?.result.estimatedMemory ?? 0,
        }),
      setSaveState: (saveState) => set({ saveState }),
      select: (selectedId) => set({ selectedId }),
      edit: (recipe) => {
        let answer: ReturnType<typeof recipe> | undefined;
        set((state) => {
          if (state.currentDesign) answer = recipe(state.currentDesign);
        });
        return answer;
      },
    })),
    {
      limit: UNDO_STEPS,
      partialize: ({ currentDesign }) => ({ currentDesign }),
      equality: (past, current) => past.currentDesign === current.currentDesign,
    },
  ),
);

/** Undo and redo of the open design. */
export const designHistory = useDesignStore.temporal;

/** Shows another design (or none) and forgets the steps of the last one. */
export function replaceDesign(design: ModelArchitecture | null): void {
  const { setDesign, setValidation, select } = useDesignStore.getState();
  designHistory.getState().pause();
  setDesign(design);
  setValidation(null);
  select(null);
  designHistory.getState().resume();
  designHistory.getState().clear();
}
