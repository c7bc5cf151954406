import { describe, expect, it } from "vitest";
import { GAP_X, GAP_Y, layoutOf, NODE_HEIGHT, NODE_WIDTH, positionsOf } from "../src/domain/layout";
import type { Edge, ModelArchitecture } from "../src/domain/types";
import { slugs, template } from "./templates";

function graph(edges: Edge[], alone: string[] = []): ModelArchitecture {
  const ids = [...new Set([...edges.flat(), ...alone])];
  return { ...template("tiny-linear"), components: ids.map((id) => ({ id, type: "linear", props: {} })), edges };
}

function chain(count: number): Edge[] {
  return Array.from({ length: count - 1 }, (_, at): Edge => [`b${at}`, `b${at + 1}`]);
}

function overlaps(nodes: ReadonlyMap<string, { x: number; y: number }>): string[] {
  const all = [...nodes];
  return all.flatMap(([id, a], at) =>
    all
      .slice(at + 1)
      .filter(([, b]) => Math.abs(a.x - b.x) < NODE_WIDTH && Math.abs(a.y - b.y) < NODE_HEIGHT)
      .map(([other]) => `${id} ${other}`),
  );
}

describe("the automatic layout", () => {
  it.each(slugs)("puts every block of %s below what it reads, none over another", (slug) => {
    const design = template(slug);
    const { nodes, width, height } = layoutOf(design);
    expect([...nodes.keys()].sort()).toEqual(design.components.map(({ id }) => id).sort());
    for (const [from, to] of design.edges) {
      expect(nodes.get(to)?.y ?? 0).toBeGreaterThanOrEqual((nodes.get(from)?.y ?? 0) + NODE_HEIGHT + GAP_Y);
    }
    expect(overlaps(nodes)).toEqual([]);
    for (const { x, y } of nodes.values()) {
      expect(x).toBeGreaterThanOrEqual(NODE_WIDTH / 2);
      expect(x).toBeLessThanOrEqual(width - NODE_WIDTH / 2);
      expect(y).toBeLessThanOrEqual(height - NODE_HEIGHT / 2);
    }
  });

  it("keeps a chain straight beside a residual connection", () => {
    const { nodes } = layoutOf(graph([...chain(5), ["b0", "b4"], ["b1", "b3"]]));
    expect(new Set([...nodes.values()].map(({ x }) => x)).size).toBe(1);
  });

  it("puts branches side by side, and what joins them between", () => {
    const { nodes } = layoutOf(graph([["a", "left"], ["a", "right"], ["left", "join"], ["right", "join"]]));
    const x = (id: string): number => nodes.get(id)?.x ?? NaN;
    expect(nodes.get("left")?.y).toBe(nodes.get("right")?.y);
    expect(x("right") - x("left")).toBe(NODE_WIDTH + GAP_X);
    expect(x("join")).toBe((x("left") + x("right")) / 2);
    expect(x("a")).toBe(x("join"));
  });

  it("uncrosses what can be uncrossed", () => {
    const { nodes } = layoutOf(graph([["a", "x"], ["b", "y"], ["a", "y2"], ["b", "x2"], ["x2", "z"], ["y", "z"]], ["a", "b"]));
    const x = (id: string): number => nodes.get(id)?.x ?? NaN;
    expect(Math.sign(x("a") - x("b"))).toBe(Math.sign(x("x") - x("y")));
    expect(Math.sign(x("a") - x("b"))).toBe(Math.sign(x("y2") - x("x2")));
  });

  it("is the same at each call, and takes loops, repeats and unknown ends", () => {
    const design = graph([["a", "b"], ["b", "c"], ["c", "a"], ["a", "a"], ["a", "b"], ["a", "ghost"]]);
    design.components = design.components.filter(({ id }) => id !== "ghost");
    expect(layoutOf(design)).toEqual(layoutOf(structuredClone(design)));
    expect(layoutOf(design).nodes.size).toBe(3);
    expect(layoutOf({ ...design, components: [], edges: [] })).toEqual({ nodes: new Map(), width: 0, height: 0 });
  });

  it("lays 512 blocks and 2048 connections out without an overlap", () => {
    const edges = chain(512);
    for (let at = 0; edges.length < 2048; at += 1) edges.push([`b${at % 200}`, `b${200 + ((at * 37) % 311)}`]);
    const { nodes } = layoutOf(graph(edges));
    expect(overlaps(nodes)).toEqual([]);
  });
});

describe("positions", () => {
  it("are the saved ones where a block has both numbers", () => {
    const design = graph(chain(3));
    const [first, second] = design.components;
    if (first) first.props = { x: 500, y: -40.5 };
    if (second) second.props = { x: 9 };
    const positions = positionsOf(design);
    expect(positions.get("b0")).toEqual({ x: 500, y: -40.5 });
    expect(positions.get("b1")).toEqual(layoutOf(design).nodes.get("b1"));
  });
});
