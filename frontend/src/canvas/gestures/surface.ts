/** What a gesture may ask of the canvas. Points and distances are screen pixels; tests put a recorder in its place. */
import type { Point } from "../../domain/layout";

export type Side = "in" | "out";

/** What lies under a finger. */
export type Hit =
  | { kind: "empty" }
  | { kind: "node"; id: string; selected: boolean }
  | { kind: "port"; id: string; side: Side }
  | { kind: "edge"; from: string; to: string };

export interface Touch extends Point {
  id: number;
  /** Milliseconds. */
  at: number;
}

export type Cancel = () => void;

export interface Surface {
  hitAt: (point: Point) => Hit;
  after: (ms: number, run: () => void) => Cancel;
  /** Runs once before the next picture. */
  nextFrame: (run: () => void) => Cancel;

  tap: (hit: Hit, point: Point) => void;
  /** The ring that fills while a finger stays; null takes it away. */
  ring: (point: Point | null) => void;
  /** A long press is over, its finger lifted. */
  hold: (hit: Hit, point: Point) => void;

  pan: (dx: number, dy: number) => void;
  /** The finger left while panning, with its speed in pixels per millisecond. */
  fling: (vx: number, vy: number) => void;
  /** Whether one finger on empty space draws a frame around blocks. */
  lassos: () => boolean;
  lasso: (from: Point, to: Point) => void;
  lassoEnd: (isKept: boolean) => void;

  moveStart: (hit: Hit) => void;
  /** From where the finger went down. */
  move: (dx: number, dy: number) => void;
  moveEnd: (isKept: boolean) => void;

  connectStart: (id: string, side: Side) => void;
  connectTo: (point: Point) => void;
  /** Where the finger was lifted; null takes the connection back. */
  connectEnd: (point: Point | null) => void;

  pinchStart: (middle: Point) => void;
  /** `factor` since the start; `middle` is where the fingers' middle is now. */
  pinch: (factor: number, middle: Point) => void;
}

/** A gesture under way: a small state that answers fingers with the state that follows, null when it is over. */
export interface Gesture {
  readonly name: string;
  move: (touch: Touch) => Gesture | null;
  up: (touch: Touch) => void;
  /** Rolls back; nothing of it may stay. */
  cancel: () => void;
}
