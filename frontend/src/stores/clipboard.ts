/** The clipboard of blocks: kept in IndexedDB, so that it works between designs, tabs and visits, and written as text too. */
import { create } from "zustand";
import { BadFragment, copyOf, type Fragment, fragmentText, pasteInto, readFragment } from "../domain/clipboard";
import { removeBlock } from "../domain/edit";
import { say } from "./announcer";
import { announce, onChange } from "./changes";
import { answers } from "./db";
import { useDesignStore } from "./designStore";
import { toast } from "./toasts";

const KEY = "clipboard";

export const useClipboard = create<{ fragment: Fragment | null }>(() => ({ fragment: null }));

/** Reads what was copied before, here or in another tab; call once. */
export function startClipboard(): void {
  onChange(({ what }) => {
    if (what === "clipboard") void read();
  });
  void read();
}

async function read(): Promise<void> {
  const text = await answers.get<string>(KEY);
  if (text !== undefined) useClipboard.setState({ fragment: readFragment(text) });
}

/** Copies blocks of the open design. */
export function copyComponents(ids: readonly string[]): void {
  const design = useDesignStore.getState().currentDesign;
  if (!design || ids.length === 0) return;
  const fragment = copyOf(design, ids);
  useClipboard.setState({ fragment });
  const text = JSON.stringify(fragment);
  void writeText(text);
  void answers.put(KEY, text).then(() => {
    announce({ what: "clipboard", id: "" });
    toast(`${fragmentText(fragment)} copied. Paste from the menu, in this design or another.`, "good");
  });
}

/** Copies blocks and takes them out. */
export function cutComponents(ids: readonly string[]): void {
  copyComponents(ids);
  useDesignStore.getState().edit((draft) => ids.forEach((id) => removeBlock(draft, id)));
}

/** Only a convenience: without permission, or outside a secure context, the page's own clipboard does. */
async function writeText(text: string): Promise<void> {
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (!clipboard) return;
  await clipboard.writeText(text).catch((error: unknown) => {
    if (!(error instanceof DOMException)) throw error;
  });
}

/** Pastes what was copied into the open design as one step of undo; returns the new ids. */
export function pasteComponents(text?: string): string[] {
  const { currentDesign, edit, select } = useDesignStore.getState();
  if (!currentDesign) return [];
  try {
    const fragment = text === undefined ? useClipboard.getState().fragment : readFragment(text);
    if (!fragment) throw new BadFragment("empty");
    const ids = edit((draft) => pasteInto(draft, fragment)) ?? [];
    const [only] = ids;
    if (only !== undefined && ids.length === 1) select(only);
    else toast(`${fragmentText(fragment)} pasted. Connect them where they belong.`, "good");
    say(`${fragmentText(fragment)} pasted`);
    return ids;
  } catch (error) {
    if (!(error instanceof BadFragment)) throw error;
    toast(error.message, "bad");
    return [];
  }
}
