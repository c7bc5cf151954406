import { describe, expect, it } from "vitest";
import { hitAt } from "../../src/canvas/hit";
import { newLook } from "../../src/canvas/look";
import { movedPlaces } from "../../src/canvas/moves";
import { buildScene, emptyScene } from "../../src/canvas/scene";
import { SpatialIndex } from "../../src/canvas/spatial";
import { readTheme } from "../../src/canvas/theme";
import { Viewport } from "../../src/canvas/viewport";
import { GRID, NODE_HEIGHT, NODE_WIDTH } from "../../src/domain/layout";
import { buildStack } from "../../src/domain/stack";
import { analyse } from "../../src/domain/validate";
import { template } from "../templates";

function look(scale = 1, selection: string[] = []) {
  const design = template("residual-experts");
  const made = newLook(readTheme(document.body));
  made.scene = buildScene(design, buildStack(design, analyse(design)), emptyScene);
  made.selection = new Set(selection);
  made.viewport.set({ scale, x: 0, y: 0 });
  const at = (id: string, dx = 0, dy = 0) => {
    const place = made.scene.places.get(id) ?? { x: NaN, y: NaN };
    return { x: place.x * scale + dx, y: place.y * scale + dy };
  };
  return { made, at };
}

describe("the view", () => {
  it("keeps the point under the fingers while it zooms, within its limits", () => {
    const view = new Viewport();
    view.set({ scale: 1, x: 30, y: -20 });
    const before = view.toWorld({ x: 100, y: 200 });
    view.zoomAt({ x: 100, y: 200 }, 1.7);
    expect(view.toWorld({ x: 100, y: 200 }).x).toBeCloseTo(before.x);
    view.zoomAt({ x: 0, y: 0 }, 1e6);
    expect(view.scale).toBe(2.5);
    view.zoomAt({ x: 0, y: 0 }, 1e-6);
    expect(view.scale).toBe(0.2);
  });

  it("fits a box between what floats above it", () => {
    const view = new Viewport();
    Object.assign(view, { width: 400, height: 800 });
    view.set(view.fitting({ left: 0, top: 0, right: 1000, bottom: 3000 }, { left: 20, right: 20, top: 80, bottom: 120 }));
    expect(view.toScreen({ x: 500, y: 0 })).toEqual({ x: 200, y: 80 });
    expect(view.toScreen({ x: 500, y: 3000 }).y).toBeCloseTo(680);
  });
});

describe("the index", () => {
  it("finds what a slow search finds", () => {
    const nodes = new Map(Array.from({ length: 200 }, (_, at) => [`b${at}`, { x: (at * 7919) % 4000, y: (at * 104_729) % 9000 }] as const));
    const index = new SpatialIndex(nodes);
    for (const [x, y, size] of [[100, 100, 300], [2000, 4000, 900], [-500, -500, 100], [0, 0, 20_000]] as const) {
      const slow = [...nodes].filter(
        ([, at]) =>
          at.x + NODE_WIDTH / 2 >= x && at.x - NODE_WIDTH / 2 <= x + size && at.y + NODE_HEIGHT / 2 >= y && at.y - NODE_HEIGHT / 2 <= y + size,
      );
      expect(index.within({ left: x, top: y, right: x + size, bottom: y + size }).sort()).toEqual(slow.map(([id]) => id).sort());
    }
  });
});

describe("what lies under a finger", () => {
  it("is the block, its ports with 48 pixels at any zoom, and the connection between", () => {
    const { made, at } = look();
    expect(hitAt(made, at("embed"))).toEqual({ kind: "node", id: "embed", selected: false });
    expect(hitAt(made, at("embed", 0, NODE_HEIGHT / 2 + 20))).toMatchObject({ kind: "port", id: "embed", side: "out" });
    expect(hitAt(made, at("embed", 20, -NODE_HEIGHT / 2))).toMatchObject({ kind: "port", id: "embed", side: "in" });
    const middle = { x: at("embed").x, y: (at("board").y + at("embed").y) / 2 };
    expect(hitAt(made, middle)).toEqual({ kind: "edge", from: "board", to: "embed" });
    expect(hitAt(made, { x: -500, y: -500 })).toEqual({ kind: "empty" });
  });

  it("is a port far away only where its block is selected", () => {
    const far = 0.4;
    const below = (NODE_HEIGHT / 2) * far + 12;
    const { made, at } = look(far);
    expect(hitAt(made, at("norm", 0, below)).kind).not.toBe("port");
    made.selection = new Set(["norm"]);
    expect(hitAt(made, at("norm", 0, below))).toMatchObject({ kind: "port", id: "norm" });
    expect(hitAt(made, at("norm"))).toEqual({ kind: "node", id: "norm", selected: true });
  });
});

describe("moved blocks", () => {
  const everything = { left: -1e4, top: -1e4, right: 1e4, bottom: 1e4 };

  it("stand on the grid, and keep their distance to each other", () => {
    const { scene } = look().made;
    const { places } = movedPlaces(scene, ["join", "norm"], { x: 331, y: 517 }, 1, { ...everything, left: 9e3 });
    const [join, norm] = [places.get("join"), places.get("norm")];
    expect((join?.x ?? NaN) % GRID).toBe(0);
    expect((join?.y ?? NaN) % GRID).toBe(0);
    const before = { join: scene.places.get("join"), norm: scene.places.get("norm") };
    expect((norm?.x ?? NaN) - (join?.x ?? NaN)).toBe((before.norm?.x ?? NaN) - (before.join?.x ?? NaN));
  });

  it("line up with others, and show the line", () => {
    const { scene } = look().made;
    const other = scene.places.get("embed")?.x ?? NaN;
    const lead = scene.places.get("shortcut");
    const { places, guides } = movedPlaces(scene, ["shortcut"], { x: other - (lead?.x ?? NaN) + 5, y: 3000 }, 1, everything);
    expect(places.get("shortcut")?.x).toBe(other);
    expect(guides).toEqual([{ x: other }]);
  });
});

describe("the scene", () => {
  it("keeps curves and index while nothing moves", () => {
    const design = template("residual-experts");
    const stack = buildStack(design, analyse(design));
    const first = buildScene(design, stack, emptyScene);
    const second = buildScene(structuredClone(design), stack, first);
    expect(second.curves).toBe(first.curves);
    expect(second.index).toBe(first.index);
    const moved = structuredClone(design);
    Object.assign(moved.components[3]?.props ?? {}, { x: 900, y: 900 });
    expect(buildScene(moved, stack, first).curves).not.toBe(first.curves);
  });
});
