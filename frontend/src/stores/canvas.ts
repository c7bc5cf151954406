/** What the two faces of the studio share beside the design: which is shown, what is selected on the graph, what is asked. */
import { create } from "zustand";
import type { Edge } from "../domain/types";
import { useDesignStore } from "./designStore";

export type Face = "stack" | "graph";
export type PortSide = "in" | "out";

interface CanvasState {
  face: Face;
  /** Ids of the selected blocks, in the order of selection. */
  selection: readonly string[];
  /** Whether taps add to the selection and a finger on empty space draws a frame. */
  isSelecting: boolean;
  /** The port from which a connection is being made. */
  connecting: { id: string; side: PortSide } | null;
  /** What a sheet is open for. */
  asked: { kind: "block"; id: string } | { kind: "edge"; edge: Edge } | null;
  /** The block that the keyboard is on, in the list behind the graph. */
  focusedId: string | null;
  /** A block that should be brought into view; a new object asks again. */
  reveal: { id: string } | null;
}

const FACE_KEY = "studio-face";

/** Storage may be forbidden, for example in a private window of some browsers: then nothing is remembered. */
function rememberedFace(): Face {
  try {
    return localStorage.getItem(FACE_KEY) === "graph" ? "graph" : "stack";
  } catch {
    return "stack";
  }
}

const NOTHING = { selection: [], isSelecting: false, connecting: null, asked: null, focusedId: null, reveal: null };

export const useCanvas = create<CanvasState>(() => ({ face: rememberedFace(), ...NOTHING }));

/** Shows the stack or the graph, also at the next start. */
export function showFace(face: Face): void {
  useCanvas.setState({ face, ...NOTHING });
  try {
    localStorage.setItem(FACE_KEY, face);
  } catch {
    // The choice then lasts until the page is closed.
    return;
  }
}

export function selectBlocks(ids: readonly string[]): void {
  useCanvas.setState({ selection: [...new Set(ids)] });
}

export function toggleBlock(id: string): void {
  const { selection } = useCanvas.getState();
  selectBlocks(selection.includes(id) ? selection.filter((other) => other !== id) : [...selection, id]);
}

export function setSelecting(isSelecting: boolean): void {
  useCanvas.setState({ isSelecting, connecting: null });
}

/** Lights the ports that could be connected to this one. */
export function startConnecting(id: string, side: PortSide): void {
  useCanvas.setState({ connecting: { id, side }, asked: null });
}

export function stopConnecting(): void {
  useCanvas.setState({ connecting: null });
}

export function askAbout(asked: CanvasState["asked"]): void {
  useCanvas.setState({ asked, connecting: null });
}

/** Brings a block into view where the graph is shown. */
export function revealBlock(id: string): void {
  useCanvas.setState({ reveal: { id } });
}

export function clearCanvas(): void {
  useCanvas.setState(NOTHING);
}

// A block that is gone, by an undo or another device, is not selected any more.
useDesignStore.subscribe(({ currentDesign: design }, before) => {
  if (design === before.currentDesign) return;
  if (design?.id !== before.currentDesign?.id) {
    clearCanvas();
    return;
  }
  const ids = new Set(design?.components.map(({ id }) => id));
  const { selection, connecting, asked } = useCanvas.getState();
  const left = selection.filter((id) => ids.has(id));
  if (left.length < selection.length) useCanvas.setState({ selection: left });
  if (connecting && !ids.has(connecting.id)) stopConnecting();
  const isGone =
    asked?.kind === "block"
      ? !ids.has(asked.id)
      : asked?.kind === "edge" && !design?.edges.some(([from, to]) => from === asked.edge[0] && to === asked.edge[1]);
  if (isGone) useCanvas.setState({ asked: null });
});
