/** What can be done with blocks of the graph: each is one step of undo, and says so. */
import { disconnectAll, duplicateBlock, removeBlock, sourcesOf, targetsOf } from "../../domain/edit";
import { labelsById } from "../../domain/stack";
import { askAbout, selectBlocks, setSelecting, useCanvas } from "../../stores/canvas";
import { pasteComponents } from "../../stores/clipboard";
import { useDesignStore } from "../../stores/designStore";
import { toast } from "../../stores/toasts";
import { undo } from "../../stores/undo";

const takeBack = { label: "Undo", run: undo };

/** "Embedding", or "3 blocks". */
export function nameOf(ids: readonly string[]): string {
  const design = useDesignStore.getState().currentDesign;
  const [first] = ids;
  if (ids.length !== 1 || first === undefined || !design) return `${ids.length} blocks`;
  return labelsById(design).get(first) ?? first;
}

export function removeBlocks(ids: readonly string[]): void {
  const name = nameOf(ids);
  askAbout(null);
  setSelecting(false);
  useDesignStore.getState().edit((draft) => ids.forEach((id) => removeBlock(draft, id)));
  selectBlocks([]);
  toast(`${name} removed`, "info", takeBack);
}

/** Copies stand behind their originals and are selected. */
export function duplicateBlocks(ids: readonly string[]): void {
  const copies = useDesignStore.getState().edit((draft) => ids.flatMap((id) => duplicateBlock(draft, id) ?? [])) ?? [];
  askAbout(null);
  if (copies.length === 0) {
    toast("A design has one board.", "bad");
    return;
  }
  setSelecting(false);
  selectBlocks(copies);
  toast(`${copies.length === 1 ? nameOf(copies) : `${copies.length} blocks`} added`, "good", takeBack);
}

/** Takes every connection off a block; the blocks stay. */
export function isolateBlock(id: string): void {
  const name = nameOf([id]);
  askAbout(null);
  useDesignStore.getState().edit((draft) => {
    disconnectAll(draft, id);
    draft.edges = draft.edges.filter(([from]) => from !== id);
  });
  toast(`${name} disconnected`, "info", takeBack);
}

export function hasConnections(id: string): boolean {
  const design = useDesignStore.getState().currentDesign;
  return design !== null && (sourcesOf(design, id).length > 0 || targetsOf(design, id).length > 0);
}

/** What was pasted is selected on the graph, so that it can be moved at once. */
export function pasteBlocks(): void {
  const ids = pasteComponents();
  if (useCanvas.getState().face === "graph" && ids.length > 0) selectBlocks(ids);
}
