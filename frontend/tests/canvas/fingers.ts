/** A pointer DSL: fingers on a surface that writes down what gestures ask of it, with a clock of its own. */
import { Gestures } from "../../src/canvas/gestures/gestures";
import type { Hit, Surface } from "../../src/canvas/gestures/surface";

interface Timer {
  at: number;
  run: () => void;
}

export class Fingers {
  readonly log: string[] = [];
  readonly gestures: Gestures;
  private now = 0;
  private timers: Timer[] = [];
  private frames: (() => void)[] = [];
  private readonly places = new Map<number, { x: number; y: number }>();

  constructor(hit: Hit = { kind: "empty" }, lassos = false) {
    this.gestures = new Gestures(this.surface(hit, lassos));
  }

  down(x: number, y: number, id = 1): this {
    this.places.set(id, { x, y });
    this.gestures.down({ id, x, y, at: this.now });
    return this;
  }

  move(x: number, y: number, id = 1): this {
    this.places.set(id, { x, y });
    this.gestures.move({ id, x, y, at: this.now });
    return this;
  }

  up(id = 1): this {
    this.gestures.up({ id, ...(this.places.get(id) ?? { x: 0, y: 0 }), at: this.now });
    return this;
  }

  wait(ms: number): this {
    this.now += ms;
    const due = this.timers.filter(({ at }) => at <= this.now);
    this.timers = this.timers.filter(({ at }) => at > this.now);
    due.forEach(({ run }) => run());
    return this;
  }

  frame(): this {
    const due = this.frames;
    this.frames = [];
    due.forEach((run) => run());
    return this;
  }

  cancel(): this {
    this.gestures.cancel();
    return this;
  }

  private surface(hit: Hit, lassos: boolean): Surface {
    const say = (text: string): void => void this.log.push(text);
    return {
      hitAt: () => hit,
      after: (ms, run) => {
        const timer = { at: this.now + ms, run };
        this.timers.push(timer);
        return () => void (this.timers = this.timers.filter((other) => other !== timer));
      },
      nextFrame: (run) => {
        this.frames.push(run);
        return () => void (this.frames = this.frames.filter((other) => other !== run));
      },
      tap: ({ kind }) => say(`tap ${kind}`),
      ring: (at) => say(at ? "ring" : "no ring"),
      hold: ({ kind }) => say(`hold ${kind}`),
      pan: (dx, dy) => say(`pan ${dx} ${dy}`),
      fling: (vx, vy) => say(Math.hypot(vx, vy) > 0 ? "fling" : "rest"),
      lassos: () => lassos,
      lasso: (from, to) => say(`lasso ${from.x},${from.y} ${to.x},${to.y}`),
      lassoEnd: (isKept) => say(isKept ? "lassoed" : "lasso back"),
      moveStart: () => say("move start"),
      move: (dx, dy) => say(`move ${dx} ${dy}`),
      moveEnd: (isKept) => say(isKept ? "moved" : "move back"),
      connectStart: (id, side) => say(`connect ${id} ${side}`),
      connectTo: (to) => say(`pull ${to.x} ${to.y}`),
      connectEnd: (at) => say(at ? `drop ${at.x} ${at.y}` : "connect back"),
      pinchStart: (middle) => say(`pinch at ${middle.x} ${middle.y}`),
      pinch: (factor, middle) => say(`pinch ${factor} ${middle.x} ${middle.y}`),
    };
  }
}
