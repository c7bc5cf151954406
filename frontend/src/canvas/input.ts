/** Fingers, mouse, wheel and keys on the canvas, handed to the gestures. */
import { GRID } from "../domain/layout";
import { removeBlock } from "../domain/edit";
import { setPositions } from "../domain/place";
import { askAbout, selectBlocks, setSelecting, stopConnecting, useCanvas } from "../stores/canvas";
import { useDesignStore } from "../stores/designStore";
import type { Touch } from "./gestures/surface";
import type { GraphView } from "./graphView";
import { hitAt } from "./hit";

const WHEEL_ZOOM = 0.0022;
const KEY_ZOOM = 1.25;
const KEY_PAN_PX = 60;
/** A wheel that counts lines, not pixels. */
const LINE_PX = 16;

/** Starts listening; the answer stops it. */
export function listen(view: GraphView): () => void {
  const { host, gestures } = view;
  const stop = new AbortController();
  const { signal } = stop;
  const touchOf = (event: PointerEvent): Touch => ({
    id: event.pointerId,
    at: event.timeStamp,
    ...view.local({ x: event.clientX, y: event.clientY }, event.type === "pointerdown"),
  });
  const told = (): void => {
    if (host.dataset["gesture"] !== gestures.name) host.dataset["gesture"] = gestures.name;
  };

  host.addEventListener(
    "pointerdown",
    (event) => {
      if (event.button !== 0) return;
      view.camera.stop();
      host.setPointerCapture(event.pointerId);
      host.focus({ preventScroll: true });
      gestures.down(touchOf(event));
      told();
    },
    { signal },
  );
  host.addEventListener(
    "pointermove",
    (event) => {
      gestures.move(touchOf(event));
      told();
    },
    { signal },
  );
  host.addEventListener(
    "pointerup",
    (event) => {
      gestures.up(touchOf(event));
      if (gestures.name === "idle") view.rest();
      told();
    },
    { signal },
  );
  for (const name of ["pointercancel", "lostpointercapture"] as const) {
    host.addEventListener(
      name,
      (event) => {
        if (name === "pointercancel" || gestures.holds(event.pointerId)) gestures.cancel();
        told();
      },
      { signal },
    );
  }
  // The mouse events that follow a touch would land on a sheet that the touch has just opened, and close it.
  host.addEventListener("touchend", (event) => event.cancelable && event.preventDefault(), { signal, passive: false });
  host.addEventListener("wheel", (event) => wheel(view, event), { signal, passive: false });
  host.addEventListener(
    "contextmenu",
    (event) => {
      event.preventDefault();
      // A finger's long press also ends here; the gesture has its own way.
      if (gestures.name !== "idle") return;
      const hit = hitAt(view.look, view.local({ x: event.clientX, y: event.clientY }));
      if (hit.kind === "node" || hit.kind === "port") askAbout({ kind: "block", id: hit.id });
      if (hit.kind === "edge") askAbout({ kind: "edge", edge: [hit.from, hit.to] });
    },
    { signal },
  );
  host.addEventListener(
    "keydown",
    (event) => {
      if (!event.ctrlKey && !event.metaKey && !event.altKey && key(view, event.key)) event.preventDefault();
    },
    { signal },
  );
  return () => stop.abort();
}

/** Ctrl and the wheel, or a trackpad's pinch, zoom; the wheel alone pans. */
function wheel(view: GraphView, event: WheelEvent): void {
  event.preventDefault();
  view.camera.stop();
  const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1;
  if (event.ctrlKey || event.metaKey) {
    view.look.viewport.zoomAt(view.local({ x: event.clientX, y: event.clientY }), Math.exp(-event.deltaY * unit * WHEEL_ZOOM * 2));
  } else {
    view.look.viewport.panBy(-event.deltaX * unit, -event.deltaY * unit);
  }
  view.moved();
}

const ARROWS: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Whether the key meant something. */
function key(view: GraphView, name: string): boolean {
  const arrow = ARROWS[name];
  const { selection, connecting, isSelecting } = useCanvas.getState();
  if (arrow) {
    const [dx, dy] = arrow;
    if (selection.length > 0) nudge(view, selection, dx * GRID, dy * GRID);
    else {
      view.look.viewport.panBy(-dx * KEY_PAN_PX, -dy * KEY_PAN_PX);
      view.moved();
    }
    return true;
  }
  switch (name) {
    case "+":
    case "=":
      view.zoomBy(KEY_ZOOM);
      return true;
    case "-":
      view.zoomBy(1 / KEY_ZOOM);
      return true;
    case "0":
      view.fit();
      return true;
    case "Enter":
      if (selection[0] === undefined) return false;
      useDesignStore.getState().select(selection[0]);
      return true;
    case "Delete":
    case "Backspace":
      deleteBlocks(selection);
      return true;
    case "Escape":
      if (connecting) stopConnecting();
      else if (isSelecting) setSelecting(false);
      else selectBlocks([]);
      return true;
    default:
      return false;
  }
}

function nudge(view: GraphView, ids: readonly string[], dx: number, dy: number): void {
  const places = new Map(
    ids.flatMap((id) => {
      const place = view.look.scene.places.get(id);
      return place ? [[id, { x: place.x + dx, y: place.y + dy }] as const] : [];
    }),
  );
  useDesignStore.getState().edit((draft) => setPositions(draft, places));
}

/** Takes blocks out in one step of undo; what read them reads what they read. */
function deleteBlocks(ids: readonly string[]): void {
  if (ids.length > 0) useDesignStore.getState().edit((draft) => ids.forEach((id) => removeBlock(draft, id)));
}
