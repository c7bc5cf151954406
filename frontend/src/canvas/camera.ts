/** Moves of the view that no finger makes: glides to a place, and the run-out after a fling. None under reduced motion. */
import type { Viewport } from "./viewport";

const GLIDE_MS = 240;
/** Speed left after one millisecond of a fling. */
const FRICTION = 0.9955;
const STILL = 0.02;
const LEAST_FLING = 0.25;

export interface View {
  scale: number;
  x: number;
  y: number;
}

export class Camera {
  private frame = 0;

  constructor(
    private readonly viewport: Viewport,
    private readonly changed: () => void,
    private readonly rested: () => void,
  ) {}

  private get isStill(): boolean {
    return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
  }

  /** Goes to a view, at once where motion is not wanted. */
  glide(to: View): void {
    this.stop();
    if (this.isStill) {
      this.viewport.set(to);
      this.changed();
      this.rested();
      return;
    }
    const from = { scale: this.viewport.scale, x: this.viewport.x, y: this.viewport.y };
    const started = performance.now();
    const step = (now: number): void => {
      const t = Math.min(1, Math.max(0, now - started) / GLIDE_MS);
      const eased = 1 - (1 - t) ** 3;
      const mix = (a: number, b: number): number => a + (b - a) * eased;
      this.viewport.set({ scale: mix(from.scale, to.scale), x: mix(from.x, to.x), y: mix(from.y, to.y) });
      this.changed();
      if (t < 1) this.frame = requestAnimationFrame(step);
      else this.rested();
    };
    this.frame = requestAnimationFrame(step);
  }

  /** Runs out from a speed in pixels per millisecond. */
  fling(vx: number, vy: number): void {
    this.stop();
    if (this.isStill || Math.hypot(vx, vy) < LEAST_FLING) {
      this.rested();
      return;
    }
    let [x, y] = [vx, vy];
    let last = performance.now();
    const step = (now: number): void => {
      const ms = Math.max(0, now - last);
      last = now;
      this.viewport.panBy(x * ms, y * ms);
      x *= FRICTION ** ms;
      y *= FRICTION ** ms;
      this.changed();
      if (Math.hypot(x, y) > STILL) this.frame = requestAnimationFrame(step);
      else this.rested();
    };
    this.frame = requestAnimationFrame(step);
  }
}
