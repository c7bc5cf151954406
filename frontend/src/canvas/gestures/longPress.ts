/** Half a second on one spot: a ring shows it coming, and what it opens appears when the finger is lifted. */
import type { Cancel, Hit, Surface, Touch } from "./surface";

export const RING_AFTER_MS = 150;
export const LONG_PRESS_MS = 500;

export class LongPress {
  /** Whether the finger stayed long enough. */
  isDue = false;
  private readonly timers: Cancel[];

  constructor(
    private readonly surface: Surface,
    private readonly hit: Hit,
    start: Touch,
  ) {
    this.timers = [
      surface.after(RING_AFTER_MS, () => surface.ring(start)),
      surface.after(LONG_PRESS_MS, () => {
        this.isDue = true;
      }),
    ];
  }

  finish(touch: Touch): void {
    this.cancel();
    this.surface.hold(this.hit, touch);
  }

  cancel(): void {
    this.timers.forEach((stop) => stop());
    this.surface.ring(null);
  }
}
