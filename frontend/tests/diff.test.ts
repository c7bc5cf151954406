import { describe, expect, it } from "vitest";
import { BadFragment, copyOf, pasteInto, readFragment } from "../src/domain/clipboard";
import { changeCount, diffDesigns, diffSummary } from "../src/domain/diff";
import { insertBlock, removeBlock, setProp } from "../src/domain/edit";
import type { ModelArchitecture } from "../src/domain/types";
import { validateDocument } from "../src/domain/validate";
import { template } from "./templates";

function edited(how: (draft: ModelArchitecture) => void): ModelArchitecture {
  const draft = template("starter-moe");
  how(draft);
  return draft;
}

describe("what changed", () => {
  const base = template("starter-moe");

  it("is nothing between equals, and a block that only moved", () => {
    expect(changeCount(diffDesigns(base, template("starter-moe")))).toBe(0);
    const moved = diffDesigns(base, edited((draft) => setProp(draft, "embed", "x", 40)));
    expect(moved).toMatchObject({ blocks: [], moved: 1 });
    expect(diffSummary(moved)).toBe("Block moved");
  });

  it("names props with both values, added and removed blocks, and new inputs", () => {
    const diff = diffDesigns(
      base,
      edited((draft) => {
        setProp(draft, "experts", "n_experts", 8);
        insertBlock(draft, "layer_norm", { kind: "edge", from: "embed", to: "attend", withHeads: false });
        removeBlock(draft, "experts");
      }),
    );
    expect(diff.blocks.map(({ id, kind }) => [id, kind])).toContainEqual(["layer_norm_1", "added"]);
    expect(diff.blocks.map(({ id, kind }) => [id, kind])).toContainEqual(["experts", "removed"]);
    expect(diff.blocks.find(({ id }) => id === "attend")?.inputs).toEqual({ from: ["Embedding"], to: ["Layer norm"] });
    const one = diffDesigns(base, edited((draft) => setProp(draft, "experts", "n_experts", 8)));
    expect(one.blocks[0]?.props).toEqual([{ name: "n_experts", label: "Experts", from: 4, to: 8 }]);
    expect(diffSummary(one)).toBe("Experts of Mixture of experts 8");
  });
});

describe("copied blocks", () => {
  it("come with the connections among them, under new ids", () => {
    const from = template("starter-moe");
    const text = JSON.stringify(copyOf(from, ["embed", "attend"]));
    const into = template("starter-moe");
    const ids = pasteInto(into, readFragment(text));
    expect(ids).toHaveLength(2);
    expect(into.edges).toContainEqual([ids[0], ids[1]]);
    expect(new Set(into.components.map(({ id }) => id)).size).toBe(into.components.length);
    expect(validateDocument(into).issues.some(({ code }) => code.startsWith("design.d"))).toBe(false);
  });

  it.each([
    ["", "empty"],
    ["nonsense", "not-blocks"],
    ['{"components": [], "edges": []}', "not-blocks"],
    ['{"kind": "model-studio/blocks", "version": 999, "components": [], "edges": []}', "newer"],
    ['{"kind": "model-studio/blocks", "version": 1, "components": [{"id": "<b>", "type": "linear", "props": {}}], "edges": []}', "not-blocks"],
    ['{"kind": "model-studio/blocks", "version": 1, "components": [{"id": "a", "type": "evil", "props": {}}], "edges": []}', "not-blocks"],
    ['{"kind": "model-studio/blocks", "version": 1, "components": [{"id": "a", "type": "linear", "props": {}}], "edges": [["a", "z"]]}', "not-blocks"],
  ])("that are hostile are refused: %s", (text, fault) => {
    try {
      readFragment(text);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(BadFragment);
      expect((error as BadFragment).fault).toBe(fault);
    }
  });

  it("never exceed the limit of a design", () => {
    const full = template("starter-moe");
    for (let count = full.components.length; count < 512; count += 1) full.components.push({ id: `n${count}`, type: "layer_norm", props: {} });
    const before = full.components.length;
    expect(() => pasteInto(full, copyOf(full, ["embed"]))).toThrow(BadFragment);
    expect(full.components.length).toBe(before);
  });
});
