/** The graph of the open design on a canvas. It reads the stores by itself; React gives it a place to be. */
import { connectionTargets } from "../domain/connections";
import { NODE_HEIGHT, NODE_WIDTH, type Point } from "../domain/layout";
import type { Stack } from "../domain/stack";
import type { ModelArchitecture } from "../domain/types";
import { useCanvas } from "../stores/canvas";
import { Camera } from "./camera";
import { Gestures } from "./gestures/gestures";
import { listen } from "./input";
import { type Look, newLook } from "./look";
import { Pace } from "./pace";
import { Painter } from "./painter";
import { boxAround, buildScene } from "./scene";
import { canvasSurface } from "./surface";
import { readTheme } from "./theme";
import type { Box } from "./viewport";

/** What floats above the canvas and should not hide a block. */
const MARGINS: Box = { left: 20, top: 76, right: 20, bottom: 84 };
/** Opened for the first time, blocks are at least this large. */
const READABLE = 0.62;
const REST_MS = 120;

/** The last view of each design, for as long as the page is open. */
const views = new Map<string, { scale: number; x: number; y: number }>();

export class GraphView {
  readonly look: Look;
  readonly painter: Painter;
  readonly camera: Camera;
  readonly gestures: Gestures;
  private readonly pace: Pace;
  private box: DOMRect | null = null;
  private design: ModelArchitecture | null = null;
  private readonly cleanups: (() => void)[] = [];
  private restTimer = 0;
  private sharpen = 0;

  constructor(readonly host: HTMLElement) {
    const plate = document.createElement("div");
    plate.className = "canvas__plate";
    host.append(plate);
    this.look = newLook(readTheme(host));
    this.painter = new Painter(this.look, plate);
    this.pace = new Pace((isSlow) => {
      this.painter.coarsen(isSlow);
      if (!isSlow) this.sharpenSoon();
    });
    this.camera = new Camera(this.look.viewport, this.moved, this.rest);
    this.gestures = new Gestures(canvasSurface(this));
    this.cleanups.push(listen(this), () => plate.remove());
    this.watchSize();
    this.watchTheme();
    this.cleanups.push(
      useCanvas.subscribe((state, before) => {
        this.readCanvas();
        if (state.reveal && state.reveal !== before.reveal) this.reveal(state.reveal.id);
      }),
    );
  }

  destroy(): void {
    this.remember();
    window.clearTimeout(this.restTimer);
    cancelAnimationFrame(this.sharpen);
    this.pace.end();
    this.camera.stop();
    this.gestures.cancel();
    this.cleanups.forEach((clean) => clean());
    this.painter.destroy();
  }

  /** Shows a design; the first time where it was left, or so that it can be read. */
  show(design: ModelArchitecture, stack: Stack): void {
    const isOther = design.id !== this.design?.id;
    if (isOther) this.remember();
    this.design = design;
    this.look.scene = buildScene(design, stack, this.look.scene);
    this.painter.sync();
    if (this.look.moving && this.gestures.name !== "moving") {
      this.look.moving = null;
      this.painter.settle();
    }
    if (isOther) this.openView(design.id);
    this.readCanvas();
  }

  get currentDesign(): ModelArchitecture | null {
    return this.design;
  }

  /** The whole design, in the middle. */
  fit(): void {
    const view = this.wholeView();
    if (view) this.camera.glide(view);
  }

  zoomBy(factor: number): void {
    const { viewport } = this.look;
    const before = { scale: viewport.scale, x: viewport.x, y: viewport.y };
    viewport.zoomAt({ x: viewport.width / 2, y: viewport.height / 2 }, factor);
    const after = { scale: viewport.scale, x: viewport.x, y: viewport.y };
    viewport.set(before);
    this.camera.glide(after);
  }

  /** Brings a block into the free part of the screen, if it is not there. */
  reveal(id: string): void {
    const place = this.look.scene.places.get(id);
    if (!place) return;
    const { viewport } = this.look;
    const at = viewport.toScreen(place);
    const [halfWidth, halfHeight] = [(NODE_WIDTH / 2) * viewport.scale, (NODE_HEIGHT / 2) * viewport.scale];
    const isSeen =
      at.x - halfWidth >= 0 &&
      at.x + halfWidth <= viewport.width &&
      at.y - halfHeight >= MARGINS.top &&
      at.y + halfHeight <= viewport.height - MARGINS.bottom;
    if (isSeen && viewport.scale >= 0.4) return;
    const scale = Math.max(viewport.scale, READABLE);
    const middle = { x: viewport.width / 2, y: (viewport.height + MARGINS.top - MARGINS.bottom) / 2 };
    this.camera.glide({ scale, x: middle.x - place.x * scale, y: middle.y - place.y * scale });
  }

  /** Fingers or the camera move something. */
  busy(): void {
    this.look.isBusy = true;
    this.pace.start();
  }

  /** After the view changed. */
  readonly moved = (): void => {
    this.busy();
    this.painter.paint();
    window.clearTimeout(this.restTimer);
    this.restTimer = window.setTimeout(this.rest, REST_MS);
  };

  /** When nothing moves any more: sharp pictures, and the numbers that tests read. */
  readonly rest = (): void => {
    if (this.gestures.name === "idle") {
      this.look.isBusy = false;
      this.pace.stop();
    }
    this.painter.paint();
    this.report();
    this.sharpenSoon();
  };

  /** Writes what can be seen from outside into the host's data attributes. */
  report(): void {
    const { viewport } = this.look;
    const { dataset } = this.host;
    dataset["zoom"] = viewport.scale.toFixed(3);
    dataset["x"] = viewport.x.toFixed(1);
    dataset["y"] = viewport.y.toFixed(1);
    dataset["nodesDrawn"] = String(this.painter.drawn);
    dataset["gesture"] = this.gestures.name;
  }

  private sharpenSoon(): void {
    cancelAnimationFrame(this.sharpen);
    this.sharpen = requestAnimationFrame(() => {
      // The picture asked for was drawn before this frame's callbacks ended: one more frame tells what is missing.
      this.sharpen = requestAnimationFrame(() => {
        if (!this.painter.isBehind) return;
        this.painter.paint();
        this.sharpenSoon();
      });
    });
  }

  private wholeView(): { scale: number; x: number; y: number } | null {
    const box = boxAround(this.look.scene.places.values(), NODE_WIDTH / 2, NODE_HEIGHT / 2);
    return box && this.look.viewport.fitting(box, MARGINS);
  }

  private openView(id: string): void {
    const { viewport } = this.look;
    const whole = this.wholeView();
    const last = views.get(id);
    if (last) viewport.set(last);
    else if (whole && whole.scale >= READABLE) viewport.set(whole);
    else this.startView();
    this.rest();
  }

  /** The start of a design that is too large to be read whole. */
  private startView(): void {
    const { viewport, scene } = this.look;
    const [first] = [...scene.places.values()].sort((a, b) => a.y - b.y);
    if (!first) return;
    const scale = 0.8;
    viewport.set({ scale, x: viewport.width / 2 - first.x * scale, y: MARGINS.top + 16 - (first.y - NODE_HEIGHT / 2) * scale });
  }

  private remember(): void {
    const { scale, x, y } = this.look.viewport;
    if (this.design) views.set(this.design.id, { scale, x, y });
  }

  /** Selection, focus and a connection under way, as the store has them. */
  private readCanvas(): void {
    const { selection, focusedId, connecting, asked } = useCanvas.getState();
    const { look } = this;
    look.selection = new Set(selection);
    look.focusedId = focusedId;
    look.markedEdge = asked?.kind === "edge" ? asked.edge : null;
    if (connecting && this.design) {
      const isSame = look.connecting?.id === connecting.id && look.connecting.side === connecting.side && this.targetsOf === this.design;
      if (!isSame) look.connecting = { ...connecting, targets: connectionTargets(this.design, connecting.id, connecting.side) };
      this.targetsOf = this.design;
    } else {
      look.connecting = null;
      look.pull = null;
    }
    this.host.dataset["selected"] = selection.join(" ");
    this.host.dataset["connecting"] = connecting?.id ?? "";
    this.rest();
  }

  /** The design for which the lit ports were found. */
  private targetsOf: ModelArchitecture | null = null;

  private watchSize(): void {
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height } = this.host;
      const { viewport } = this.look;
      if (width === 0 || height === 0 || (width === viewport.width && height === viewport.height)) return;
      const isFirst = viewport.width === 0;
      // What was in the middle stays there, for example when the phone is turned.
      if (!isFirst) viewport.panBy((width - viewport.width) / 2, (height - viewport.height) / 2);
      viewport.width = width;
      viewport.height = height;
      this.painter.resize(width, height);
      if (isFirst && this.design) this.openView(this.design.id);
      this.rest();
    };
    const observer = new ResizeObserver(measure);
    observer.observe(this.host);
    measure();
    this.cleanups.push(() => observer.disconnect());
  }

  private watchTheme(): void {
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    const change = (): void => {
      this.look.theme = readTheme(this.host);
      this.painter.themeChanged();
    };
    dark.addEventListener("change", change);
    this.cleanups.push(() => dark.removeEventListener("change", change));
  }

  /** From a point of the page to one of the canvas; `isFirst` measures where the canvas is. */
  local({ x, y }: Point, isFirst = true): Point {
    if (isFirst || !this.box) this.box = this.host.getBoundingClientRect();
    return { x: x - this.box.left, y: y - this.box.top };
  }
}
