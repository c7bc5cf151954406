/** What gestures do to the graph and to the design. */
import { connect } from "../domain/edit";
import type { Point } from "../domain/layout";
import { labelsById } from "../domain/stack";
import { setPositions } from "../domain/place";
import { askAbout, selectBlocks, startConnecting, stopConnecting, toggleBlock, useCanvas } from "../stores/canvas";
import { startStep, useDesignStore } from "../stores/designStore";
import { toast } from "../stores/toasts";
import { undo } from "../stores/undo";
import type { Hit, Side, Surface } from "./gestures/surface";
import type { GraphView } from "./graphView";
import { hitAt } from "./hit";
import { edgesOf, movedCurves, movedPlaces } from "./moves";

/** Makes the connection that was asked for, or says why not; whether it was made. */
export function tryConnect(view: GraphView, other: string): boolean {
  const { look, currentDesign: design } = view;
  if (!look.connecting || !design) return false;
  const { id, side, targets } = look.connecting;
  const target = targets.get(other);
  const labels = labelsById(design);
  const label = (of: string): string => labels.get(of) ?? of;
  if (!target) {
    toast(other === id ? "Tap another block." : `${label(other)} lies the other way: that would close a loop.`, "bad");
    return false;
  }
  if (target.connected) {
    toast("They are connected already. Tap the line to remove it.");
    return false;
  }
  if (!target.fits) {
    toast(`${label(side === "out" ? other : id)}: ${target.reason ?? "does not fit."}`, "bad");
    return false;
  }
  const [from, to] = side === "out" ? [id, other] : [other, id];
  stopConnecting();
  useDesignStore.getState().edit((draft) => connect(draft, from, to));
  const words = target.replaces === null ? "" : ` instead of ${label(target.replaces)}`;
  toast(`${label(to)} reads ${label(from)}${words}`, "good", { label: "Undo", run: undo });
  return true;
}

/** The gestures' way to one graph. */
export function canvasSurface(view: GraphView): Surface {
  const { look, painter, camera } = view;
  let ringFrame = 0;
  let movedIds: string[] = [];
  let touched: number[] = [];
  let pinchFrom = { scale: 1, middle: { x: 0, y: 0 } };
  let lassoed: readonly string[] = [];

  const turnRing = (): void => {
    painter.paintTop();
    if (look.ring) ringFrame = requestAnimationFrame(turnRing);
  };

  return {
    hitAt: (point) => hitAt(look, point),
    after: (ms, run) => {
      const timer = window.setTimeout(run, ms);
      return () => window.clearTimeout(timer);
    },
    nextFrame: (run) => {
      const frame = requestAnimationFrame(run);
      return () => cancelAnimationFrame(frame);
    },

    tap: (hit) => tap(view, hit),
    ring: (at) => {
      cancelAnimationFrame(ringFrame);
      const isShown = look.ring !== null;
      look.ring = at && { at, since: performance.now() };
      if (at) turnRing();
      else if (isShown) painter.paintTop();
    },
    hold: (hit) => {
      if (hit.kind === "node" || hit.kind === "port") askAbout({ kind: "block", id: hit.id });
      if (hit.kind === "edge") askAbout({ kind: "edge", edge: [hit.from, hit.to] });
    },

    pan: (dx, dy) => {
      look.viewport.panBy(dx, dy);
      view.moved();
    },
    fling: (vx, vy) => camera.fling(vx, vy),

    lassos: () => useCanvas.getState().isSelecting,
    lasso: (from, to) => {
      const [a, b] = [look.viewport.toWorld(from), look.viewport.toWorld(to)];
      look.lasso = { from: a, to: b };
      lassoed = look.scene.index.within({
        left: Math.min(a.x, b.x),
        right: Math.max(a.x, b.x),
        top: Math.min(a.y, b.y),
        bottom: Math.max(a.y, b.y),
      });
      painter.paintTop();
    },
    lassoEnd: (isKept) => {
      look.lasso = null;
      painter.paintTop();
      if (isKept) selectBlocks([...useCanvas.getState().selection, ...lassoed]);
    },

    moveStart: (hit) => {
      const lead = hit.kind === "node" ? hit.id : "";
      movedIds = [lead, ...[...look.selection].filter((id) => id !== lead)];
      touched = edgesOf(look.scene, new Set(movedIds));
      look.moving = { places: new Map(), curves: new Map(), guides: [] };
      view.busy();
      place({ x: 0, y: 0 });
      painter.lift(movedIds);
    },
    move: (dx, dy) => {
      place({ x: dx / look.viewport.scale, y: dy / look.viewport.scale });
      painter.paintTop();
    },
    moveEnd: (isKept) => {
      const places = look.moving?.places ?? new Map<string, Point>();
      const hasMoved = movedIds.some((id) => {
        const [before, after] = [look.scene.places.get(id), places.get(id)];
        return before?.x !== after?.x || before?.y !== after?.y;
      });
      if (isKept && hasMoved) {
        // They stay where the finger left them until the scene of the changed design is shown.
        startStep();
        useDesignStore.getState().edit((draft) => setPositions(draft, places));
      } else {
        look.moving = null;
        painter.settle();
      }
      view.rest();
    },

    connectStart: (id, side) => startConnecting(id, side),
    connectTo: (point) => {
      look.pull = look.viewport.toWorld(point);
      painter.paintTop();
    },
    connectEnd: (point) => {
      const hit = point ? hitAt(look, point) : null;
      look.pull = null;
      if (!hit || !(hit.kind === "node" || hit.kind === "port") || !tryConnect(view, hit.id)) stopConnecting();
      painter.paintTop();
    },

    pinchStart: (middle) => {
      camera.stop();
      pinchFrom = { scale: look.viewport.scale, middle };
    },
    pinch: (factor, middle) => {
      look.viewport.panBy(middle.x - pinchFrom.middle.x, middle.y - pinchFrom.middle.y);
      pinchFrom.middle = middle;
      look.viewport.zoomAt(middle, (pinchFrom.scale * factor) / look.viewport.scale);
      view.moved();
    },
  };

  function place(by: Point): void {
    const { places, guides } = movedPlaces(look.scene, movedIds, by, look.viewport.scale, look.viewport.seen());
    look.moving = { places, guides, curves: movedCurves(look.scene, touched, places) };
  }
}

/** A tap selects first; a tap on the selected block opens it. */
function tap(view: GraphView, hit: Hit): void {
  const { connecting, isSelecting, selection } = useCanvas.getState();
  if (connecting) {
    if (hit.kind === "node" || hit.kind === "port") tryConnect(view, hit.id);
    else stopConnecting();
    return;
  }
  if (hit.kind === "node") {
    if (isSelecting) toggleBlock(hit.id);
    else if (selection.length === 1 && selection[0] === hit.id) useDesignStore.getState().select(hit.id);
    else selectBlocks([hit.id]);
  } else if (hit.kind === "port") {
    if (isSelecting) toggleBlock(hit.id);
    else connectFrom(hit.id, hit.side);
  } else if (hit.kind === "edge") {
    askAbout({ kind: "edge", edge: [hit.from, hit.to] });
  } else if (!isSelecting) {
    selectBlocks([]);
  }
}

function connectFrom(id: string, side: Side): void {
  selectBlocks([id]);
  startConnecting(id, side);
}
