/** Gives the fingers on the canvas to one gesture at a time. */
import { Pinching } from "./pinch";
import type { Gesture, Surface, Touch } from "./surface";
import { Pressing } from "./tap";

export class Gestures {
  private readonly touches = new Map<number, Touch>();
  private state: Gesture | null = null;

  constructor(private readonly surface: Surface) {}

  /** The gesture under way, for example "panning"; "idle" when there is none. */
  get name(): string {
    return this.state?.name ?? "idle";
  }

  holds(id: number): boolean {
    return this.touches.has(id);
  }

  down(touch: Touch): void {
    this.touches.set(touch.id, touch);
    if (this.touches.size === 1) {
      this.state = new Pressing(this.surface, touch);
      return;
    }
    const [first, second, third] = [...this.touches.values()];
    // A third finger (a palm) changes nothing.
    if (!first || !second || third) return;
    this.state?.cancel();
    this.state = new Pinching(this.surface, first, second);
  }

  move(touch: Touch): void {
    if (!this.touches.has(touch.id)) return;
    this.touches.set(touch.id, touch);
    this.state = this.state?.move(touch) ?? null;
  }

  up(touch: Touch): void {
    if (!this.touches.delete(touch.id)) return;
    const { state } = this;
    const [other] = this.touches.values();
    if (state instanceof Pinching && !state.holds(touch.id)) return;
    if (state instanceof Pinching && other) this.state = state.left(other);
    else {
      this.state = null;
      state?.up(touch);
    }
  }

  /** The browser took the fingers away, for example for its own gesture. */
  cancel(): void {
    this.touches.clear();
    this.state?.cancel();
    this.state = null;
  }
}
