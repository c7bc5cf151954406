/** All that a picture of the canvas depends on; the painter reads it, the controller writes it. */
import type { Target } from "../domain/connections";
import type { Point } from "../domain/layout";
import type { Curve } from "../domain/routing";
import type { Edge } from "../domain/types";
import type { Side } from "./gestures/surface";
import { emptyScene, type Scene } from "./scene";
import type { Theme } from "./theme";
import { Viewport } from "./viewport";

/** Blocks that a finger is moving: shown there, not yet written into the design. */
export interface Moving {
  places: Map<string, Point>;
  /** Curves by their place in the scene's list. */
  curves: Map<number, Curve>;
  /** Lines that show with which block the moved one is in line. */
  guides: { x?: number; y?: number }[];
}

export interface Look {
  viewport: Viewport;
  scene: Scene;
  theme: Theme;
  selection: ReadonlySet<string>;
  focusedId: string | null;
  /** The port that a connection starts at, and what it could lead to. */
  connecting: { id: string; side: Side; targets: ReadonlyMap<string, Target> } | null;
  /** The end of a connection that a finger is pulling. */
  pull: Point | null;
  markedEdge: Edge | null;
  moving: Moving | null;
  lasso: { from: Point; to: Point } | null;
  /** When the ring of a long press began, and where (screen). */
  ring: { at: Point; since: number } | null;
  /** Whether fingers or the camera move something: pictures of another size will do. */
  isBusy: boolean;
}

export function newLook(theme: Theme): Look {
  return {
    viewport: new Viewport(),
    scene: emptyScene,
    theme,
    selection: new Set(),
    focusedId: null,
    connecting: null,
    pull: null,
    markedEdge: null,
    moving: null,
    lasso: null,
    ring: null,
    isBusy: false,
  };
}

/** Where a block is shown now. */
export function placeOf(look: Look, id: string): Point | undefined {
  return look.moving?.places.get(id) ?? look.scene.places.get(id);
}
