/** One finger moves: the selected blocks where it began on one of them, else a frame in selection mode, else the view. */
import type { Gesture, Hit, Surface, Touch } from "./surface";

const FLING_WITHIN_MS = 60;

export function startDrag(surface: Surface, hit: Hit, start: Touch): Gesture {
  if (hit.kind === "node" && hit.selected) return new Moving(surface, hit, start);
  return hit.kind === "empty" && surface.lassos() ? new Lassoing(surface, start) : new Panning(surface, start);
}

export class Panning implements Gesture {
  readonly name = "panning";
  private vx = 0;
  private vy = 0;

  constructor(
    private readonly surface: Surface,
    private last: Touch,
  ) {}

  move(touch: Touch): this {
    const [dx, dy, ms] = [touch.x - this.last.x, touch.y - this.last.y, Math.max(1, touch.at - this.last.at)];
    this.surface.pan(dx, dy);
    this.vx = 0.6 * this.vx + 0.4 * (dx / ms);
    this.vy = 0.6 * this.vy + 0.4 * (dy / ms);
    this.last = touch;
    return this;
  }

  up(touch: Touch): void {
    if (touch.at - this.last.at < FLING_WITHIN_MS) this.surface.fling(this.vx, this.vy);
  }

  /** A moved view is no edit: a second finger goes on from where the first has taken it. */
  cancel(): void {
    this.vx = this.vy = 0;
  }
}

class Moving implements Gesture {
  readonly name = "moving";

  constructor(
    private readonly surface: Surface,
    hit: Hit,
    private readonly start: Touch,
  ) {
    surface.moveStart(hit);
  }

  move(touch: Touch): this {
    this.surface.move(touch.x - this.start.x, touch.y - this.start.y);
    return this;
  }

  up(): void {
    this.surface.moveEnd(true);
  }

  cancel(): void {
    this.surface.moveEnd(false);
  }
}

class Lassoing implements Gesture {
  readonly name = "lassoing";

  constructor(
    private readonly surface: Surface,
    private readonly start: Touch,
  ) {}

  move(touch: Touch): this {
    this.surface.lasso(this.start, touch);
    return this;
  }

  up(): void {
    this.surface.lassoEnd(true);
  }

  cancel(): void {
    this.surface.lassoEnd(false);
  }
}
