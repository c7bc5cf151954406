/** Undo and redo that say what they did. */
import { say } from "./announcer";
import { designHistory, stepWords } from "./designStore";

/** Takes the last edit back. */
export function undo(): void {
  const words = stepWords("undo");
  if (words === null) return;
  designHistory.getState().undo();
  say(`Undone: ${words}`);
}

/** Makes the last undone edit again. */
export function redo(): void {
  const words = stepWords("redo");
  if (words === null) return;
  designHistory.getState().redo();
  say(`Done again: ${words}`);
}
