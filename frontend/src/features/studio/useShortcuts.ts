/** The studio's keys; nothing happens while a field is typed into or a sheet is open. */
import { useEffect } from "react";
import { copyComponents, cutComponents } from "../../stores/clipboard";
import { selectBlocks, useCanvas } from "../../stores/canvas";
import { useDesignStore } from "../../stores/designStore";
import { openSheet } from "../../stores/sheets";
import { redo, undo } from "../../stores/undo";
import { duplicateBlocks, pasteBlocks, removeBlocks } from "../graph/actions";

/** What the graph has selected, if it is shown; else the block in focus. */
function chosenIds(): readonly string[] {
  const { face, selection } = useCanvas.getState();
  if (face === "graph" && selection.length > 0) return selection;
  const id = document.activeElement?.closest<HTMLElement>("[data-component-id]")?.dataset["componentId"];
  return id === undefined ? [] : [id];
}

/** Whether the key meant something here. */
type Action = (ids: readonly string[]) => boolean;

const some = (ids: readonly string[], act: () => void): boolean => {
  if (ids.length > 0) act();
  return ids.length > 0;
};
const always = (act: () => void) => (): boolean => {
  act();
  return true;
};

function selectAll(): boolean {
  const design = useDesignStore.getState().currentDesign;
  if (useCanvas.getState().face !== "graph" || !design) return false;
  selectBlocks(design.components.map(({ id }) => id));
  return true;
}

const ACTIONS: Record<string, Action> = {
  "ctrl z": always(undo),
  "ctrl shift z": always(redo),
  "ctrl y": always(redo),
  "ctrl c": (ids) => some(ids, () => copyComponents(ids)),
  "ctrl x": (ids) => some(ids, () => cutComponents(ids)),
  "ctrl v": always(pasteBlocks),
  "ctrl d": (ids) => some(ids, () => duplicateBlocks(ids)),
  "ctrl a": selectAll,
  delete: (ids) => some(ids, () => removeBlocks(ids)),
  backspace: (ids) => some(ids, () => removeBlocks(ids)),
  "?": always(() => openSheet({ kind: "keyboard" })),
};

/** The name of what was pressed, as the table above has it. */
function nameOf({ key, ctrlKey, metaKey, shiftKey }: KeyboardEvent): string {
  const isCtrl = ctrlKey || metaKey;
  return [isCtrl ? "ctrl" : "", isCtrl && shiftKey ? "shift" : "", key.toLowerCase()].filter((part) => part !== "").join(" ");
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || (target instanceof HTMLElement && target.isContentEditable);
}

/** Listens while the studio is shown. */
export function useShortcuts(): void {
  useEffect(() => {
    const act = (event: KeyboardEvent): void => {
      // The graph has keys of its own.
      if (event.defaultPrevented || isTyping(event.target) || document.querySelector("dialog[open]")) return;
      const name = nameOf(event);
      // Marked text is copied as text.
      if (name === "ctrl c" && String(window.getSelection()) !== "") return;
      if (ACTIONS[name]?.(chosenIds()) === true) event.preventDefault();
    };
    document.addEventListener("keydown", act);
    return () => document.removeEventListener("keydown", act);
  }, []);
}
