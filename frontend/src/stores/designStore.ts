/** The design that is open: what the user edits, what validation says of it, and how far it is saved. */
import { temporal } from "zundo";
import { create } from "zustand";
import { immer } from "zustand/middleware/immer";
import { changeCount, diffDesigns, diffSummary } from "../domain/diff";
import type { ModelArchitecture, ValidationResult } from "../domain/types";
import type { Analysis } from "../domain/validate";
import { Coalescer } from "./coalesce";

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

/** How many steps can be undone. */
export const UNDO_STEPS = 100;

const coalescer = new Coalescer();

type Shown = Pick<DesignState, "currentDesign">;
/** What zundo hands to `handleSet`; its types name the store's setState instead. */
type Remember = (past: unknown, replace: unknown, current: Shown, delta: unknown) => void;

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
      handleSet: (remember) => (past, replace, current, delta) => {
        const before = (past as Shown).currentDesign;
        const after = current.currentDesign;
        const hasRedo = designHistory.getState().futureStates.length > 0;
        if (before && after && coalescer.joins(before, after, Date.now()) && !hasRedo) return;
        (remember as Remember)(past, replace, current, delta);
      },
    },
  ),
);

/** Makes the next edit a step of its own: a repair or a second drag does not join the edit before it. */
export function startStep(): void {
  coalescer.end();
}

/** Undo and redo of the open design. */
export const designHistory = useDesignStore.temporal;

/** Shows another design (or none) with its own steps, instead of those of the last one. */
export function replaceDesign(
  design: ModelArchitecture | null,
  past: readonly ModelArchitecture[] = [],
  future: readonly ModelArchitecture[] = [],
): void {
  const { setDesign, setValidation, select } = useDesignStore.getState();
  designHistory.getState().pause();
  setDesign(design);
  setValidation(null);
  select(null);
  designHistory.getState().resume();
  const step = (currentDesign: ModelArchitecture): { currentDesign: ModelArchitecture } => ({ currentDesign });
  designHistory.setState({ pastStates: past.map(step), futureStates: future.map(step) });
}

/** What a step back (or forth) would change, in a few words; null where there is none. */
export function stepWords(direction: "undo" | "redo"): string | null {
  const { pastStates, futureStates } = designHistory.getState();
  const now = useDesignStore.getState().currentDesign;
  const other = (direction === "undo" ? pastStates : futureStates).at(-1)?.currentDesign;
  if (!now || !other) return null;
  // An undo is named after the edit that it takes back.
  const diff = direction === "undo" ? diffDesigns(other, now) : diffDesigns(now, other);
  return changeCount(diff) === 0 ? "Order of blocks" : diffSummary(diff);
}
