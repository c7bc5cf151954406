import { describe, expect, it } from "vitest";
import { catalogue } from "../src/domain/catalogue";
import { insertBlock } from "../src/domain/edit";
import { fitsAt, inputCandidates } from "../src/domain/fit";
import { validateDocument } from "../src/domain/validate";
import { slugs, template } from "./templates";

describe("the palette", () => {
  it("marks what fits between two blocks, and says why the rest does not", () => {
    const fits = new Map(
      fitsAt(template("starter-moe"), { kind: "edge", from: "embed", to: "attend", withHeads: false }).map((fit) => [fit.type, fit]),
    );
    expect(fits.get("layer_norm")).toMatchObject({ fits: true, shape: { kind: "tokens", width: 64 }, params: 128 });
    expect(fits.get("embedding")).toMatchObject({ fits: false, reason: "Takes the board; here flows 16 × 64." });
    expect(fits.get("board_input")).toMatchObject({ fits: false, reason: "The design has its board already." });
  });

  it.each(slugs)("keeps its word in %s: what fits makes no error", (slug) => {
    const design = template(slug);
    for (const [from, to] of design.edges) {
      const place = { kind: "edge", from, to, withHeads: false } as const;
      const fits = fitsAt(design, place);
      expect(fits).toHaveLength(catalogue.size);
      for (const { type } of fits.filter((fit) => fit.fits)) {
        const changed = structuredClone(design);
        insertBlock(changed, type, place);
        expect(validateDocument(changed).errors, `${type} between ${from} and ${to}`).toEqual([]);
      }
    }
  });

  it("offers the board alone for an empty design's start", () => {
    const empty = { ...template("starter-moe"), components: [], edges: [] };
    const fits = fitsAt(empty, { kind: "loose" });
    expect(fits.find(({ type }) => type === "board_input")?.fits).toBe(true);
  });
});

describe("the chooser of inputs", () => {
  it("never offers what follows the block, nor outputs", () => {
    const candidates = inputCandidates(template("residual-experts"), "experts1").map(({ id }) => id);
    expect(candidates).toEqual(["board", "embed", "attend", "balance", "shortcut"]);
  });

  it("knows which would fit", () => {
    const candidates = inputCandidates(template("residual-experts"), "join");
    expect(candidates.find(({ id }) => id === "board")?.fits).toBe(false);
    expect(candidates.find(({ id }) => id === "attend")?.fits).toBe(true);
    expect(candidates.filter(({ connected }) => connected).map(({ id }) => id)).toEqual(["experts2", "shortcut"]);
  });
});
