import { describe, expect, it } from "vitest";
import { connectionTargets } from "../src/domain/connections";
import { connect } from "../src/domain/edit";
import { distanceToCurve, pathData, routeEdges } from "../src/domain/routing";
import { layoutOf, NODE_HEIGHT, NODE_WIDTH, positionsOf } from "../src/domain/layout";
import { sameNetwork } from "../src/domain/network";
import { makeRoom, setPositions, tidyUp } from "../src/domain/place";
import { insertBlock } from "../src/domain/edit";
import { checkDocument } from "../src/domain/validate";
import { slugs, template } from "./templates";

describe("targets of a connection", () => {
  it.each(slugs)("keep their word in %s: what fits makes no new error at the reader", (slug) => {
    const design = template(slug);
    const reachable = design.components.slice(0, 12);
    for (const { id } of reachable) {
      for (const target of connectionTargets(design, id, "out").values()) {
        const trial = structuredClone(design);
        connect(trial, id, target.id);
        const { result, shapes } = checkDocument(trial);
        const errors = result.issues.filter((issue) => issue.severity === "error" && issue.component_id === target.id);
        expect(errors.length === 0, `${id} to ${target.id}: ${errors[0]?.message ?? "no error"}`).toBe(target.fits);
        if (target.fits) expect(shapes.get(target.id) ?? null).toEqual(target.shape);
      }
    }
  });

  it("never close a loop, and say what they replace", () => {
    const design = template("residual-experts");
    const targets = connectionTargets(design, "experts1", "out");
    expect(targets.has("embed")).toBe(false);
    expect(targets.has("experts1")).toBe(false);
    expect(targets.get("shortcut")).toMatchObject({ fits: true, replaces: "embed", connected: false });
    expect(targets.get("experts2")).toMatchObject({ connected: true, replaces: null });
    expect(targets.get("join")).toMatchObject({ fits: true, replaces: null });
  });

  it("work from an input as well", () => {
    const targets = connectionTargets(template("residual-experts"), "join", "in");
    expect(targets.get("board")?.fits).toBe(false);
    expect(targets.get("attend")?.fits).toBe(true);
    expect(targets.has("action")).toBe(false);
  });
});

describe("routes", () => {
  it.each(slugs)("lead around the blocks of %s", (slug) => {
    const design = template(slug);
    const { nodes } = layoutOf(design);
    const curves = routeEdges(design.edges, nodes);
    curves.forEach((curve, at) => {
      const [from, to] = design.edges[at] ?? ["", ""];
      for (const [id, place] of nodes) {
        if (!curve || id === from || id === to) continue;
        const reach = NODE_HEIGHT / 2 - 6;
        expect(distanceToCurve(curve, place, reach), `${from} to ${to} at ${id}`).toBeGreaterThan(reach);
      }
    });
  });

  it("take a lane each where they pass the same blocks", () => {
    const ids = ["a", "b", "c", "d"];
    const nodes = new Map(ids.map((id, at) => [id, { x: 0, y: at * 176 }]));
    const [near, far] = routeEdges([["b", "d"], ["a", "d"]], nodes);
    expect(near?.middle.x).toBeGreaterThan(NODE_WIDTH / 2);
    expect(Math.abs((far?.middle.x ?? 0) - (near?.middle.x ?? 0))).toBeGreaterThanOrEqual(16);
    expect(near && pathData(near)).toMatch(/^M0 218 C/);
  });
});

describe("places", () => {
  it("are saved, forgotten, and no part of the network", () => {
    const design = template("starter-moe");
    const before = structuredClone(design);
    setPositions(design, new Map([["embed", { x: 12, y: 24 }]]));
    expect(positionsOf(design).get("embed")).toEqual({ x: 12, y: 24 });
    expect(sameNetwork(design, before)).toBe(true);
    expect(tidyUp(design)).toBe(1);
    expect(design).toEqual(before);
    design.components.forEach((component) => (component.props["bias"] = true));
    expect(sameNetwork(design, before)).toBe(false);
  });

  it("make room for a new block where all are saved", () => {
    const design = template("starter-moe");
    setPositions(design, layoutOf(design).nodes);
    const before = positionsOf(design);
    const id = insertBlock(design, "layer_norm", { kind: "edge", from: "embed", to: "attend", withHeads: false });
    const after = positionsOf(design);
    expect(after.get(id)).toEqual(before.get("attend"));
    expect((after.get("attend")?.y ?? 0) - (before.get("attend")?.y ?? 0)).toBe(176);
    expect(after.get("embed")).toEqual(before.get("embed"));
    expect(new Set([...after.values()].map(({ x, y }) => `${x} ${y}`)).size).toBe(design.components.length);
  });

  it("are left to the automatic layout where none is saved", () => {
    const design = template("starter-moe");
    makeRoom(design, "attend");
    expect(design).toEqual(template("starter-moe"));
  });
});
