/**
 * Puts a Look on the screen with Konva: one layer for what rests and one for what fingers are moving. None listens: hits
 * are found in hit.ts. Blocks out of view are hidden; each layer is drawn at most once per frame.
 */
import { Konva } from "konva/lib/Global";
import { Layer } from "konva/lib/Layer";
import { Shape } from "konva/lib/Shape";
import { Stage } from "konva/lib/Stage";
import { drawEdges } from "./edgeArt";
import { type Look, placeOf } from "./look";
import { drawPlain } from "./nodeArt";
import { drawMarks, drawUnder } from "./markArt";
import { drawFingers } from "./fingerArt";
import { Sprites } from "./sprites";

/** Sharper than this no eye sees on a phone, and every pixel costs time. */
const MAX_PIXEL_RATIO = 2;
const PLAIN_BELOW = 0.4;
const VIEW_MARGIN_PX = 40;

Konva.autoDrawEnabled = false;

type Ctx = CanvasRenderingContext2D;

export class Painter {
  /** How many blocks the last picture had. */
  drawn = 0;
  private readonly stage: Stage;
  private readonly base = new Layer({ listening: false });
  private readonly top = new Layer({ listening: false });
  private readonly shapes = new Map<string, Shape>();
  private readonly shown = new Set<string>();
  private readonly sprites = new Sprites();
  private readonly finest = Math.min(MAX_PIXEL_RATIO, window.devicePixelRatio || 1);
  private pixelRatio = this.finest;
  private idle = 0;
  /** Whether moved blocks are on the layer of the fingers. */
  private isLifted = false;

  constructor(
    private readonly look: Look,
    container: HTMLDivElement,
  ) {
    Konva.pixelRatio = this.pixelRatio;
    this.stage = new Stage({ container, width: 1, height: 1, listening: false });
    this.stage.add(this.base, this.top);
    this.base.add(shapeOf((ctx) => this.drawEdges(ctx, false)));
    this.top.add(shapeOf((ctx) => this.drawEdges(ctx, true)));
    this.top.add(shapeOf((ctx) => drawFingers(ctx, this.look)));
    container.querySelectorAll("canvas").forEach((canvas) => canvas.setAttribute("aria-hidden", "true"));
  }

  destroy(): void {
    cancelIdle(this.idle);
    this.stage.destroy();
  }

  resize(width: number, height: number): void {
    this.stage.size({ width, height });
  }

  /** Makes and drops the shapes of blocks after the scene changed. */
  sync(): void {
    const { nodes } = this.look.scene;
    for (const [id, shape] of this.shapes) {
      if (nodes.has(id)) continue;
      shape.destroy();
      this.shapes.delete(id);
      this.shown.delete(id);
    }
    for (const id of nodes.keys()) {
      if (this.shapes.has(id)) continue;
      const shape = shapeOf((ctx) => this.drawNode(ctx, id));
      shape.visible(false);
      this.shapes.set(id, shape);
      this.base.add(shape);
    }
    this.sprites.keepOnly(nodes);
    this.prepareSoon();
  }

  themeChanged(): void {
    this.sprites.clear();
    this.prepareSoon();
    this.paint();
  }

  /** Everything, in the next frame. */
  paint(): void {
    const { viewport, scene } = this.look;
    const seen = new Set(scene.index.within(viewport.seen(VIEW_MARGIN_PX)));
    for (const id of this.look.moving?.places.keys() ?? []) seen.add(id);
    for (const id of this.shown) if (!seen.has(id)) this.shapes.get(id)?.visible(false);
    this.shown.clear();
    for (const id of seen) {
      const shape = this.shapes.get(id);
      const place = placeOf(this.look, id);
      if (!shape || !place) continue;
      shape.visible(true);
      shape.position(place);
      this.shown.add(id);
    }
    this.drawn = this.shown.size;
    this.sprites.startFrame();
    for (const layer of [this.base, this.top]) {
      layer.position(viewport);
      layer.scale({ x: viewport.scale, y: viewport.scale });
    }
    this.base.batchDraw();
    this.paintTop();
  }

  /** Only what fingers move. */
  paintTop(): void {
    const { moving, pull, lasso, ring } = this.look;
    for (const [id, place] of moving?.places ?? []) this.shapes.get(id)?.position(place);
    if (moving && !this.isLifted) this.base.batchDraw();
    const isDrawn = moving !== null && (this.isLifted || moving.guides.length > 0);
    const isUsed = isDrawn || pull !== null || lasso !== null || ring !== null;
    // An empty layer over the whole screen would still be put together with the other at each frame.
    if (isUsed !== this.top.visible()) this.top.visible(isUsed);
    if (isUsed) this.top.batchDraw();
  }

  /**
   * Takes the moved blocks to the layer of the fingers, and back. A slow phone draws coarse pictures fast enough, but
   * takes long to put a second layer over the whole screen: there they stay where they are.
   */
  lift(ids: Iterable<string>): void {
    this.isLifted = this.pixelRatio === this.finest;
    if (this.isLifted) for (const id of ids) this.shapes.get(id)?.moveTo(this.top);
    this.paint();
  }

  settle(): void {
    this.isLifted = false;
    for (const shape of this.shapes.values()) if (shape.getLayer() === this.top) shape.moveTo(this.base);
    this.paint();
  }

  /** Coarse pixels while fingers move on a phone that is too slow for fine ones; fine again at rest. */
  coarsen(isCoarse: boolean): void {
    const wanted = isCoarse ? Math.min(1, this.finest) : this.finest;
    if (wanted === this.pixelRatio) return;
    this.pixelRatio = wanted;
    for (const layer of [this.base, this.top]) layer.getCanvas().setPixelRatio(wanted);
    this.paint();
  }

  /** Whether some block waits for a sharper picture. */
  get isBehind(): boolean {
    return this.sprites.isBehind;
  }

  private drawNode(ctx: Ctx, id: string): void {
    const { scene, theme, viewport, isBusy } = this.look;
    const node = scene.nodes.get(id);
    if (!node) return;
    drawUnder(ctx, node, this.look);
    const isPlain = viewport.scale < PLAIN_BELOW;
    if (isPlain || !this.sprites.draw(ctx, node, theme, viewport.scale * this.pixelRatio, isBusy)) drawPlain(ctx, node, theme);
    ctx.globalAlpha = 1;
    drawMarks(ctx, node, this.look);
  }

  /** Connections of moved blocks are on the layer of the fingers, all others below the blocks. */
  private drawEdges(ctx: Ctx, isTop: boolean): void {
    const { scene, moving, viewport, theme, markedEdge, selection } = this.look;
    if (isTop && !(moving && this.isLifted)) return;
    const isHere = isTop === this.isLifted;
    const curves = isHere && moving ? scene.curves.map((curve, at) => moving.curves.get(at) ?? (this.isLifted ? null : curve)) : scene.curves;
    drawEdges(
      ctx,
      scene.edges,
      curves,
      viewport.seen(VIEW_MARGIN_PX),
      viewport.scale,
      theme,
      ({ edge: [from, to] }) => (markedEdge?.[0] === from && markedEdge[1] === to) || (selection.size === 1 && (selection.has(from) || selection.has(to))),
      ({ edge: [from, to] }) => !isHere && moving !== null && (moving.places.has(from) || moving.places.has(to)),
    );
  }

  /** Coarse pictures of all blocks are made while nothing else is to do, so that a fast pan meets no empty block. */
  private prepareSoon(): void {
    cancelIdle(this.idle);
    this.idle = whenIdle((msLeft) => {
      if (!this.sprites.prepare(this.look.scene.nodes.values(), this.look.theme, msLeft)) this.prepareSoon();
    });
  }
}

function shapeOf(draw: (ctx: Ctx) => void): Shape {
  return new Shape({
    listening: false,
    perfectDrawEnabled: false,
    shadowForStrokeEnabled: false,
    sceneFunc: (context) => draw(context._context),
  });
}

// Safari has no requestIdleCallback.
function whenIdle(run: (msLeft: () => number) => void): number {
  if ("requestIdleCallback" in window) return window.requestIdleCallback((deadline) => run(() => deadline.timeRemaining()));
  return (window as Window).setTimeout(() => {
    const end = performance.now() + 8;
    run(() => end - performance.now());
  }, 200);
}

function cancelIdle(handle: number): void {
  if ("cancelIdleCallback" in window) window.cancelIdleCallback(handle);
  else (window as Window).clearTimeout(handle);
}
