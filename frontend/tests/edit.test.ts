import { describe, expect, it } from "vitest";
import {
  canMove,
  connect,
  disconnect,
  duplicateBlock,
  insertBlock,
  moveBlock,
  removeBlock,
  setProp,
  setWidthEverywhere,
  shownProps,
  sourcesOf,
  targetsOf,
} from "../src/domain/edit";
import type { ModelArchitecture } from "../src/domain/types";
import { validateDocument } from "../src/domain/validate";
import { slugs, template } from "./templates";

const errorsOf = (design: ModelArchitecture): string[] => validateDocument(design).errors;
const typesOf = (design: ModelArchitecture): string[] => design.components.map(({ type }) => type);

describe("inserting a block", () => {
  it("rewires the connection that it stands on", () => {
    const design = template("starter-moe");
    const id = insertBlock(design, "layer_norm", { kind: "edge", from: "embed", to: "attend", withHeads: false });
    expect(sourcesOf(design, id)).toEqual(["embed"]);
    expect(sourcesOf(design, "attend")).toEqual([id]);
    expect(errorsOf(design)).toEqual([]);
  });

  it("takes both heads along where it stands before the outputs", () => {
    const design = template("starter-moe");
    const [action, value] = ["action_output", "value_output"].map(
      (type) => design.components.find((component) => component.type === type)?.id ?? "",
    );
    const [last] = sourcesOf(design, action ?? "");
    const id = insertBlock(design, "layer_norm", { kind: "edge", from: last ?? "", to: action ?? "", withHeads: true });
    expect(targetsOf(design, id).sort()).toEqual([action, value].sort());
    expect(errorsOf(design)).toEqual([]);
  });

  it("gives a new block the width that flows there, and heads that divide it", () => {
    const design = template("residual-experts");
    setWidthEverywhere(design, 72);
    design.meta = { d_model: 64, n_heads: 16, n_experts: 4 };
    const id = insertBlock(design, "transformer_layer", { kind: "edge", from: "embed", to: "attend", withHeads: false });
    expect(design.components.find((component) => component.id === id)?.props).toMatchObject({ d_model: 72, n_heads: 12 });
    expect(errorsOf(design)).toEqual([]);
  });

  it("draws a residual where an add is inserted", () => {
    const design = template("starter-moe");
    const [source = ""] = sourcesOf(design, "attend");
    const [target = ""] = targetsOf(design, "attend");
    const id = insertBlock(design, "add", { kind: "edge", from: "attend", to: target, withHeads: false });
    expect(sourcesOf(design, id)).toEqual(["attend", source]);
    expect(errorsOf(design)).toEqual([]);
  });

  it("builds a design from nothing", () => {
    const design: ModelArchitecture = { ...template("starter-moe"), components: [], edges: [] };
    const board = insertBlock(design, "board_input", { kind: "loose" });
    const embedding = insertBlock(design, "embedding", { kind: "after", from: board });
    insertBlock(design, "action_output", { kind: "after", from: embedding });
    expect(errorsOf(design)).toEqual([]);
  });
});

describe("removing, duplicating, moving", () => {
  it.each(slugs)("undoes an insertion by a removal in %s", (slug) => {
    const design = template(slug);
    const before = structuredClone(design);
    const [from, to] = design.edges.at(1) ?? ["", ""];
    removeBlock(design, insertBlock(design, "layer_norm", { kind: "edge", from, to, withHeads: false }));
    expect(design).toEqual(before);
  });

  it("leaves no connection to a block that is gone", () => {
    for (const slug of slugs) {
      for (const { id } of template(slug).components) {
        const design = template(slug);
        removeBlock(design, id);
        expect(design.edges.flat()).not.toContain(id);
        expect(new Set(design.edges.map(String)).size).toBe(design.edges.length);
      }
    }
  });

  it("puts a copy behind the original and keeps the design valid", () => {
    const design = template("small-transformer");
    const original = design.components.find(({ type }) => type === "transformer_layer")?.id ?? "";
    const next = targetsOf(design, original);
    const copy = duplicateBlock(design, original) ?? "";
    expect(sourcesOf(design, copy)).toEqual([original]);
    expect(targetsOf(design, copy)).toEqual(next);
    expect(errorsOf(design)).toEqual([]);
  });

  it("moves down and up again to where it was", () => {
    const design = template("starter-moe");
    const before = [...design.edges].sort();
    expect(canMove(design, "attend", "down")).toBe(true);
    moveBlock(design, "attend", "down");
    expect(errorsOf(design)).toEqual([]);
    expect(typesOf(design).indexOf("transformer_layer")).toBeGreaterThan(typesOf(design).indexOf("load_balance_router"));
    moveBlock(design, "attend", "up");
    expect([...design.edges].sort()).toEqual(before);
  });

  it("moves neither outputs nor what stands right behind the board", () => {
    const design = template("starter-moe");
    const action = design.components.find(({ type }) => type === "action_output")?.id ?? "";
    expect(canMove(design, action, "up")).toBe(false);
    expect(canMove(design, "embed", "up")).toBe(false);
  });
});

describe("props that are shown", () => {
  it("are those that mean something beside the others", () => {
    const design = template("everything");
    const names = (id: string): string[] => {
      const component = design.components.find((one) => one.id === id);
      return component ? shownProps(design, component).map(({ name }) => name) : [];
    };
    expect(names("balance")).toEqual(["balance", "bias_rate", "z_coef"]);
    setProp(design, "balance", "balance", "loss");
    expect(names("balance")).toEqual(["balance", "reward_coef", "z_coef"]);
    expect(names("board")).toEqual(["encoding", "orientation"]);
  });
});

describe("props and connections", () => {
  it("makes the whole design as wide as one block", () => {
    for (const slug of slugs) {
      const design = template(slug);
      setWidthEverywhere(design, 40);
      expect(errorsOf(design)).toEqual([]);
    }
  });

  it("changes meta where no component is named", () => {
    const design = template("starter-moe");
    setProp(design, null, "n_experts", 8);
    expect(design.meta.n_experts).toBe(8);
  });

  it("replaces the input of a block that takes one, and adds to one that joins", () => {
    const design = template("residual-experts");
    connect(design, "attend", "norm");
    expect(sourcesOf(design, "norm")).toEqual(["attend"]);
    connect(design, "attend", "join");
    expect(sourcesOf(design, "join")).toEqual(["experts2", "shortcut", "attend"]);
    disconnect(design, "shortcut", "join");
    expect(sourcesOf(design, "join")).toEqual(["experts2", "attend"]);
  });
});
