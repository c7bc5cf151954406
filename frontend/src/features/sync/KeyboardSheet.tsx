/** The keys of the studio, for those who have a keyboard. */
import { Sheet } from "../../ui/Sheet";

const KEYS: readonly [keys: string[], what: string][] = [
  [["Ctrl", "Z"], "Undo"],
  [["Ctrl", "Shift", "Z"], "Redo (also Ctrl Y)"],
  [["Ctrl", "C"], "Copy the selected blocks, or the block in focus"],
  [["Ctrl", "X"], "Cut them"],
  [["Ctrl", "V"], "Paste"],
  [["Ctrl", "D"], "Duplicate the block"],
  [["Ctrl", "A"], "Select all blocks (on the graph)"],
  [["Delete"], "Delete them"],
  [["Enter"], "Open the block in focus"],
  [["Escape"], "Close a sheet"],
  [["?"], "Show this list"],
];

export function KeyboardSheet({ onClose }: { onClose: () => void }) {
  return (
    <Sheet title="Keyboard" subtitle="On a Mac, Cmd stands for Ctrl." testId="keyboard-sheet" onClose={onClose}>
      <dl className="keys">
        {KEYS.map(([keys, what]) => (
          <div key={what} className="keys__row">
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Sheet>
  );
}
