/** A design in miniature: its graph squeezed into a small picture, blocks as plain bars in the colours of their kinds. */
import { catalogue, type CategoryId } from "./catalogue";
import { GAP_X, GAP_Y, NODE_HEIGHT, NODE_WIDTH, type Point, positionsOf } from "./layout";
import { extentOf, pathData, routeEdges } from "./routing";
import type { ModelArchitecture } from "./types";

export interface Size {
  width: number;
  height: number;
}

export interface Sketch {
  size: Size;
  bars: { x: number; y: number; width: number; height: number; category: CategoryId }[];
  wires: string[];
}

const PITCH_X = NODE_WIDTH + GAP_X;
const PITCH_Y = NODE_HEIGHT + GAP_Y;
/** Pixels that a bar and the distance between two may take at most, so that a design of two blocks is no billboard. */
const LARGEST = { pitchX: 40, pitchY: 19 };
/** Where a picture ends, a bar that moves by hand would else touch the frame. */
const MARGIN = 2;

/** Draws `design` into `size`; unlike the canvas it may squeeze one direction more than the other. */
export function sketchOf(design: ModelArchitecture, size: Size): Sketch {
  const places = positionsOf(design);
  if (places.size === 0) return { size, bars: [], wires: [] };
  const curves = routeEdges(design.edges, places).filter((curve) => curve !== null);
  const { left, right, top, bottom } = extentOf(places.values(), curves);
  const scaleX = Math.min(LARGEST.pitchX / PITCH_X, (size.width - MARGIN * 2) / (right - left));
  const scaleY = Math.min(LARGEST.pitchY / PITCH_Y, (size.height - MARGIN * 2) / (bottom - top));
  const moved = ({ x, y }: Point): Point => ({
    x: size.width / 2 + (x - (left + right) / 2) * scaleX,
    y: size.height / 2 + (y - (top + bottom) / 2) * scaleY,
  });
  const bar = { width: NODE_WIDTH * scaleX, height: NODE_HEIGHT * scaleY };
  const bars = design.components.flatMap(({ id, type }) => {
    const place = places.get(id);
    if (!place) return [];
    const { x, y } = moved(place);
    return [{ x: x - bar.width / 2, y: y - bar.height / 2, ...bar, category: catalogue.get(type)?.category ?? ("layer" as const) }];
  });
  return { size, bars, wires: curves.map((curve) => pathData(curve, moved)) };
}
