/** A design in miniature: its graph squeezed into a small picture, blocks as plain bars in the colours of their kinds. */
import { catalogue, type CategoryId } from "./catalogue";
import { GAP_X, GAP_Y, NODE_HEIGHT, NODE_WIDTH, positionsOf } from "./layout";
import type { ModelArchitecture } from "./types";
import { type Size, wiresOf } from "./wires";

export interface Sketch {
  size: Size;
  bars: { x: number; y: number; width: number; height: number; category: CategoryId }[];
  wires: string[];
}

const PITCH_X = NODE_WIDTH + GAP_X;
const PITCH_Y = NODE_HEIGHT + GAP_Y;
/** Pixels that a bar and the distance between two may take at most, so that a design of two blocks is no billboard. */
const LARGEST = { pitchX: 40, pitchY: 19 };
const BAR = { width: 0.8, height: 0.56 };
/** Where a picture ends, a bar that moves by hand would else touch the frame. */
const MARGIN = 2;

/** Draws `design` into `size`; unlike the canvas it may squeeze one direction more than the other. */
export function sketchOf(design: ModelArchitecture, size: Size): Sketch {
  const places = positionsOf(design);
  const points = [...places.values()];
  if (points.length === 0) return { size, bars: [], wires: [] };
  const left = Math.min(...points.map(({ x }) => x));
  const top = Math.min(...points.map(({ y }) => y));
  const columns = (Math.max(...points.map(({ x }) => x)) - left) / PITCH_X;
  const rows = (Math.max(...points.map(({ y }) => y)) - top) / PITCH_Y;
  const hasDetour = design.edges.length >= design.components.length;
  const pitchX = Math.min(LARGEST.pitchX, (size.width - MARGIN * 2) / (columns + (hasDetour ? 1.6 : 1)));
  const pitchY = Math.min(LARGEST.pitchY, (size.height - MARGIN * 2) / (rows + 1));
  const bar = { width: pitchX * BAR.width, height: pitchY * BAR.height };
  const startX = (size.width - columns * pitchX) / 2;
  const startY = (size.height - rows * pitchY) / 2;
  const small = new Map(
    [...places].map(([id, { x, y }]) => [
      id,
      { x: startX + ((x - left) / PITCH_X) * pitchX, y: startY + ((y - top) / PITCH_Y) * pitchY },
    ]),
  );
  const bars = design.components.flatMap(({ id, type }) => {
    const place = small.get(id);
    const category = catalogue.get(type)?.category ?? "layer";
    return place ? [{ x: place.x - bar.width / 2, y: place.y - bar.height / 2, ...bar, category }] : [];
  });
  return { size, bars, wires: wiresOf(design.edges, small, bar) };
}
