/** A finger is down and still: a tap, unless it moves (a drag) or stays (a long press). */
import { Connecting } from "./connect";
import { startDrag } from "./drag";
import { LongPress } from "./longPress";
import type { Gesture, Hit, Surface, Touch } from "./surface";

/** A still finger travels 5 to 10 pixels. */
export const SLOP_PX = 8;

export class Pressing implements Gesture {
  readonly name = "pressing";
  private readonly hit: Hit;
  private readonly longPress: LongPress;

  constructor(
    private readonly surface: Surface,
    private readonly start: Touch,
  ) {
    this.hit = surface.hitAt(start);
    this.longPress = new LongPress(surface, this.hit, start);
  }

  move(touch: Touch): Gesture | null {
    if (Math.hypot(touch.x - this.start.x, touch.y - this.start.y) < SLOP_PX) return this;
    if (this.longPress.isDue) {
      // A slip after the press was long enough is no drag: the finger can still go away from it.
      this.longPress.cancel();
      return null;
    }
    this.longPress.cancel();
    const next = this.hit.kind === "port" ? new Connecting(this.surface, this.hit) : startDrag(this.surface, this.hit, this.start);
    return next.move(touch);
  }

  up(touch: Touch): void {
    if (this.longPress.isDue) this.longPress.finish(touch);
    else {
      this.longPress.cancel();
      this.surface.tap(this.hit, touch);
    }
  }

  cancel(): void {
    this.longPress.cancel();
  }
}
