/** Watches how long pictures take while fingers move, and says when the phone is too slow for fine ones. */

/** A picture later than this is seen as a jerk. */
const SLOW_MS = 24;
const PATIENCE = 3;
/** A gap this long is a pause, not a picture. */
const PAUSE_MS = 400;
/** Fingers that come back within this find the coarse pictures still there: fine ones take a frame or two to make. */
const REFINE_MS = 600;

export class Pace {
  /** Whether coarse pictures are needed to keep up. */
  isSlow = false;
  private frame = 0;
  private last = 0;
  private late = 0;
  private refine = 0;

  constructor(private readonly changed: (isSlow: boolean) => void) {}

  /** Starts watching; a phone that was too slow once begins with coarse pictures. */
  start(): void {
    if (this.frame !== 0) return;
    window.clearTimeout(this.refine);
    if (this.isSlow) this.changed(true);
    this.last = 0;
    this.late = 0;
    const step = (now: number): void => {
      this.count(this.last === 0 ? 0 : now - this.last);
      this.last = now;
      this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
  }

  stop(): void {
    if (this.frame === 0) return;
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    if (this.isSlow) this.refine = window.setTimeout(() => this.changed(false), REFINE_MS);
  }

  /** Stops for good. */
  end(): void {
    this.stop();
    window.clearTimeout(this.refine);
  }

  /** One gap between two pictures. */
  count(ms: number): void {
    if (ms > PAUSE_MS) return;
    this.late = ms > SLOW_MS ? this.late + 1 : Math.max(0, this.late - 0.25);
    if (this.late < PATIENCE || this.isSlow) return;
    this.isSlow = true;
    this.changed(true);
  }
}
