import { describe, expect, it } from "vitest";
import { parseDocument } from "../src/domain/parse";
import { buildStack, defaultPlace, labelsById, stackOrder } from "../src/domain/stack";
import { analyse } from "../src/domain/validate";
import { slugs, template } from "./templates";

describe("the stack of cards", () => {
  it.each(slugs)("shows every block of %s once, none before what it reads", (slug) => {
    const design = template(slug);
    const order = stackOrder(parseDocument(design).design);
    expect([...order].sort()).toEqual(design.components.map(({ id }) => id).sort());
    for (const [from, to] of design.edges) expect(order.indexOf(from)).toBeLessThan(order.indexOf(to));
  });

  it("keeps a chain together and the outputs last", () => {
    const order = stackOrder(parseDocument(template("residual-experts")).design);
    expect(order).toEqual([
      "board",
      "embed",
      "attend",
      "balance",
      "experts1",
      "experts2",
      "shortcut",
      "join",
      "norm",
      "action",
      "value",
    ]);
  });

  it("numbers blocks of one type and names the branches", () => {
    const design = template("residual-experts");
    const { rows } = buildStack(design, analyse(design));
    const join = rows.find(({ component }) => component.id === "join");
    expect(join?.sources.map(({ label }) => label)).toEqual(["Mixture of experts 2", "Linear"]);
    expect(rows.find(({ component }) => component.id === "shortcut")?.follows).toBe(false);
    expect(labelsById(design).get("experts1")).toBe("Mixture of experts 1");
  });

  it("gives skipping connections lanes that do not cross", () => {
    const design = template("residual-experts");
    const { rails, lanes } = buildStack(design, null);
    expect(lanes).toBe(2);
    for (const one of rails) {
      for (const other of rails) {
        const overlap = one !== other && one.lane === other.lane && one.from < other.to && other.from < one.to;
        expect(overlap).toBe(false);
      }
    }
  });

  it("shares add up to the whole, but for an implied head", () => {
    for (const slug of slugs) {
      const design = template(slug);
      const { rows } = buildStack(design, analyse(design));
      expect(rows.reduce((sum, row) => sum + row.share, 0)).toBeCloseTo(1, 1);
    }
  });

  it("shows blocks of a loop too", () => {
    const design = template("small-transformer");
    design.edges.push(["embed", "embed"]);
    const [first, second] = design.components.filter(({ type }) => type === "transformer_layer");
    if (first && second) design.edges.push([second.id, first.id]);
    expect(buildStack(design, analyse(design)).rows).toHaveLength(design.components.length);
  });

  it("adds before the outputs unless told otherwise, and at the start of nothing", () => {
    const design = template("starter-moe");
    expect(defaultPlace(buildStack(design, null))).toMatchObject({ kind: "edge", withHeads: true });
    expect(defaultPlace(buildStack({ ...design, components: [], edges: [] }, null))).toEqual({ kind: "loose" });
  });
});
