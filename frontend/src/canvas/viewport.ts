/** Which part of the plane is seen: `screen = world * scale + offset`. Plain numbers, no Konva. */
import type { Point } from "../domain/layout";

const LARGEST = 2.5;
const SMALLEST = 0.2;

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export class Viewport {
  scale = 1;
  x = 0;
  y = 0;
  width = 0;
  height = 0;
  /** A design that is larger than the screen at the smallest scale may be seen whole all the same. */
  private smallest = SMALLEST;

  toWorld({ x, y }: Point): Point {
    return { x: (x - this.x) / this.scale, y: (y - this.y) / this.scale };
  }

  toScreen({ x, y }: Point): Point {
    return { x: x * this.scale + this.x, y: y * this.scale + this.y };
  }

  /** What is seen, in the plane's units, with a margin in screen pixels. */
  seen(margin = 0): Box {
    const from = this.toWorld({ x: -margin, y: -margin });
    const to = this.toWorld({ x: this.width + margin, y: this.height + margin });
    return { left: from.x, top: from.y, right: to.x, bottom: to.y };
  }

  panBy(dx: number, dy: number): void {
    this.x += dx;
    this.y += dy;
  }

  /** Scales by a factor; the point of the plane under `at` stays there. */
  zoomAt(at: Point, factor: number): void {
    const scale = Math.min(LARGEST, Math.max(this.smallest, this.scale * factor));
    const world = this.toWorld(at);
    this.scale = scale;
    this.x = at.x - world.x * scale;
    this.y = at.y - world.y * scale;
  }

  set({ scale, x, y }: { scale: number; x: number; y: number }): void {
    Object.assign(this, { scale, x, y });
  }

  /** The view that shows `box` whole and in the middle, not larger than 1x, inside the margins of what floats above. */
  fitting(box: Box, margins: Box): { scale: number; x: number; y: number } {
    const width = Math.max(1, this.width - margins.left - margins.right);
    const height = Math.max(1, this.height - margins.top - margins.bottom);
    const scale = Math.min(1, width / Math.max(1, box.right - box.left), height / Math.max(1, box.bottom - box.top));
    this.smallest = Math.min(SMALLEST, scale);
    return {
      scale,
      x: margins.left + width / 2 - ((box.left + box.right) / 2) * scale,
      y: margins.top + height / 2 - ((box.top + box.bottom) / 2) * scale,
    };
  }
}
