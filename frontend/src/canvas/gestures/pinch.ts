/** Two fingers zoom around their middle and pan with it; at most one change of the view per picture. */
import type { Point } from "../../domain/layout";
import { Panning } from "./drag";
import type { Cancel, Gesture, Surface, Touch } from "./surface";

/** Two fingers that nearly touch would make any factor. */
const LEAST_SPAN_PX = 12;

export class Pinching implements Gesture {
  readonly name = "pinching";
  private readonly span: number;
  private frame: Cancel | null = null;

  constructor(
    private readonly surface: Surface,
    private first: Touch,
    private second: Touch,
  ) {
    this.span = this.spanNow();
    surface.pinchStart(this.middle());
  }

  holds(id: number): boolean {
    return id === this.first.id || id === this.second.id;
  }

  private spanNow(): number {
    return Math.max(LEAST_SPAN_PX, Math.hypot(this.first.x - this.second.x, this.first.y - this.second.y));
  }

  private middle(): Point {
    return { x: (this.first.x + this.second.x) / 2, y: (this.first.y + this.second.y) / 2 };
  }

  move(touch: Touch): this {
    if (touch.id === this.first.id) this.first = touch;
    else if (touch.id === this.second.id) this.second = touch;
    else return this;
    this.frame ??= this.surface.nextFrame(() => this.apply());
    return this;
  }

  private apply(): void {
    this.frame = null;
    this.surface.pinch(this.spanNow() / this.span, this.middle());
  }

  up(): void {
    if (this.frame) {
      this.frame();
      this.apply();
    }
  }

  /** What goes on when one of the two is lifted: the other pans. */
  left(touch: Touch): Gesture {
    this.up();
    return new Panning(this.surface, touch);
  }

  cancel(): void {
    this.up();
  }
}
