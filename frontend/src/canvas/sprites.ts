/** Pictures of blocks, kept so that a frame of a pan or pinch is a few copies and draws no text. */
import { NODE_HEIGHT, NODE_WIDTH } from "../domain/layout";
import { drawCard, PAD } from "./nodeArt";
import type { NodeView } from "./scene";
import type { Theme } from "./theme";

const WIDTH = NODE_WIDTH + 2 * PAD;
const HEIGHT = NODE_HEIGHT + 2 * PAD;
/** Pixels per unit that pictures are made with. */
const SIZES = [1, 1.5, 2, 3, 4];
/** Time for new pictures per frame, of which there is one at least; the rest follows in the next frames. */
const FRAME_MS = 4;

interface Sprite {
  key: string;
  size: number;
  canvas: HTMLCanvasElement;
}

export class Sprites {
  private readonly kept = new Map<string, Sprite>();
  private until = Infinity;
  private isFirst = true;
  /** Whether a block was shown coarser than wanted, so that another frame is due. */
  isBehind = false;

  startFrame(): void {
    this.until = performance.now() + FRAME_MS;
    this.isFirst = true;
    this.isBehind = false;
  }

  /** Forgets all, for example when the theme changed. */
  clear(): void {
    this.kept.clear();
  }

  /** Draws the block around the origin; false where its picture is not ready and the frame has no time left. */
  draw(ctx: CanvasRenderingContext2D, node: NodeView, theme: Theme, pixelsPerUnit: number, isBusy: boolean): boolean {
    const size = SIZES.find((one) => one >= pixelsPerUnit * 0.92) ?? 4;
    let sprite = this.kept.get(node.id);
    const isStale = sprite?.key !== node.key;
    // While fingers move, a picture of another size will do.
    const isWanted = isStale || (!isBusy && sprite?.size !== size);
    if (isWanted && (this.isFirst || performance.now() < this.until)) {
      this.isFirst = false;
      sprite = this.make(node, theme, isBusy ? Math.min(size, 2) : size);
    } else if (isWanted) {
      this.isBehind = true;
    }
    if (!sprite) return false;
    ctx.drawImage(sprite.canvas, -WIDTH / 2, -HEIGHT / 2, WIDTH, HEIGHT);
    return true;
  }

  /** Makes pictures of blocks that have none while nothing else is going on; true when all are there. */
  prepare(nodes: Iterable<NodeView>, theme: Theme, msLeft: () => number): boolean {
    for (const node of nodes) {
      if (this.kept.get(node.id)?.key === node.key) continue;
      if (msLeft() < 4) return false;
      this.make(node, theme, 1);
    }
    return true;
  }

  /** Drops the pictures of blocks that are gone. */
  keepOnly(nodes: ReadonlyMap<string, NodeView>): void {
    for (const id of this.kept.keys()) if (!nodes.has(id)) this.kept.delete(id);
  }

  private make(node: NodeView, theme: Theme, size: number): Sprite {
    const canvas = this.kept.get(node.id)?.canvas ?? document.createElement("canvas");
    canvas.width = Math.ceil(WIDTH * size);
    canvas.height = Math.ceil(HEIGHT * size);
    const ctx = canvas.getContext("2d");
    if (!ctx) throw new Error("This browser gives no 2D canvas.");
    ctx.scale(size, size);
    ctx.translate(WIDTH / 2, HEIGHT / 2);
    drawCard(ctx, node, theme);
    const sprite = { key: node.key, size, canvas };
    this.kept.set(node.id, sprite);
    return sprite;
  }
}
