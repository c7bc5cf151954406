import { describe, expect, it } from "vitest";
import { connect, disconnect, insertBlock, removeBlock, setProp, sourcesOf } from "../src/domain/edit";
import { merge, type Conflict, type Side } from "../src/domain/merge";
import { inputsOf } from "../src/domain/mergeEdges";
import { isLayout, sameProps } from "../src/domain/same";
import type { ModelArchitecture } from "../src/domain/types";
import { validateDocument } from "../src/domain/validate";
import { random, type Random, randomEdits } from "./randomEdits";
import { slugs, template } from "./templates";

const SEEDS = Array.from({ length: 150 }, (_, seed) => seed + 1);

function edited(base: ModelArchitecture, how: (draft: ModelArchitecture) => void): ModelArchitecture {
  const draft = structuredClone(base);
  how(draft);
  return draft;
}

function variant(base: ModelArchitecture, roll: Random): ModelArchitecture {
  return edited(base, (draft) => randomEdits(draft, roll, 1 + Math.floor(roll() * 6)));
}

function expectWellFormed(design: ModelArchitecture): void {
  const ids = design.components.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const edges = design.edges.map(String);
  expect(new Set(edges).size).toBe(edges.length);
  for (const end of design.edges.flat()) expect(ids).toContain(end);
}

/** What a design says, whatever the order of its lists; of several inputs the first decides, the others may change places. */
function meaning(design: ModelArchitecture): unknown {
  const inputs = inputsOf(design);
  const blocks = design.components.map(({ id, type, props }) => {
    const [first, ...rest] = inputs.get(id) ?? [];
    const own = Object.entries(props).filter(([name]) => !isLayout(name));
    return [id, type, own.sort(), first, rest.sort()];
  });
  return { name: design.name, meta: design.meta, blocks: blocks.sort((a, b) => String(a[0]).localeCompare(String(b[0]))) };
}

describe("merging random edits", () => {
  it.each(slugs)("gives the side that alone changed something, in %s", (slug) => {
    for (const seed of SEEDS) {
      const base = template(slug);
      const other = variant(base, random(seed));
      expect(merge(base, other, base).merged).toEqual(other);
      expect(merge(base, base, other).merged).toEqual(other);
      expect(merge(base, other, structuredClone(other))).toMatchObject({ merged: other, conflicts: [] });
      expect(merge(base, other, base).conflicts).toEqual([]);
    }
  });

  it.each(slugs)("always gives a well-formed document, whatever is chosen, in %s", (slug) => {
    const sides: Side[] = ["mine", "theirs", "both"];
    for (const seed of SEEDS) {
      const roll = random(seed);
      const base = template(slug);
      const [mine, theirs] = [variant(base, roll), variant(base, roll)];
      const { merged, conflicts } = merge(base, mine, theirs);
      expectWellFormed(merged);
      const choices = Object.fromEntries(conflicts.map(({ key }) => [key, sides[Math.floor(roll() * 3)] ?? "mine"]));
      const second = merge(base, mine, theirs, choices);
      expectWellFormed(second.merged);
      expect(second.conflicts.map(({ key }) => key)).toEqual(conflicts.map(({ key }) => key));
    }
  });

  it.each(slugs)("means the same from both ends where nothing is in dispute, in %s", (slug) => {
    let agreed = 0;
    for (const seed of SEEDS) {
      const roll = random(seed);
      const base = template(slug);
      const [mine, theirs] = [variant(base, roll), variant(base, roll)];
      const [here, there] = [merge(base, mine, theirs), merge(base, theirs, mine)];
      expect(here.conflicts.map(({ key }) => key).sort()).toEqual(there.conflicts.map(({ key }) => key).sort());
      if (here.conflicts.length > 0 || here.renamed.size > 0) continue;
      agreed += 1;
      expect(meaning(here.merged)).toEqual(meaning(there.merged));
    }
    expect(agreed).toBeGreaterThan(10);
  });

  it.each(slugs)("loses no prop that only one side changed, and no dispute, in %s", (slug) => {
    for (const seed of SEEDS) {
      const roll = random(seed);
      const base = template(slug);
      const [mine, theirs] = [variant(base, roll), variant(base, roll)];
      const { merged, conflicts } = merge(base, mine, theirs);
      for (const component of base.components) {
        const [m, t, now] = [mine, theirs, merged].map((one) => one.components.find(({ id }) => id === component.id));
        const disputed = conflicts.filter((conflict) => "id" in conflict && conflict.id === component.id);
        if (!m || !t) {
          const left = m ?? t;
          const isEdited = left && !(left.type === component.type && sameProps(left.props, component.props));
          expect(disputed.map(({ kind }) => kind)).toEqual(isEdited ? ["deleted"] : []);
          continue;
        }
        for (const prop of Object.keys(component.props)) {
          const [b, mv, tv] = [component.props[prop], m.props[prop], t.props[prop]];
          const isDisputed = mv !== b && tv !== b && mv !== tv && !["x", "y"].includes(prop);
          const found = disputed.filter((conflict) => conflict.kind === "prop" && conflict.prop === prop);
          expect(found).toHaveLength(isDisputed ? 1 : 0);
          if (!isDisputed && m.type === component.type && t.type === component.type) expect(now?.props[prop]).toBe(mv === b ? tv : mv);
        }
      }
    }
  });
});

describe("edits of two devices", () => {
  const base = template("starter-moe");
  const kinds = (conflicts: Conflict[]): string[] => conflicts.map(({ kind }) => kind);

  it("to different props of one block join", () => {
    const mine = edited(base, (draft) => setProp(draft, "experts", "n_experts", 8));
    const theirs = edited(base, (draft) => setProp(draft, "experts", "top_k", 1));
    const { merged, conflicts } = merge(base, mine, theirs);
    expect(conflicts).toEqual([]);
    expect(merged.components.find(({ id }) => id === "experts")?.props).toMatchObject({ n_experts: 8, top_k: 1 });
  });

  it("that delete neighbours leave one straight line", () => {
    const order = ["attend", sourcesOf(base, "experts")[0] ?? ""];
    const mine = edited(base, (draft) => removeBlock(draft, "attend"));
    const theirs = edited(base, (draft) => removeBlock(draft, order[1] ?? ""));
    const { merged, conflicts } = merge(base, mine, theirs);
    expect(conflicts).toEqual([]);
    expect(validateDocument(merged).errors).toEqual(validateDocument(edited(mine, (draft) => removeBlock(draft, order[1] ?? ""))).errors);
    expectWellFormed(merged);
  });

  it("that insert before and delete behind keep both", () => {
    const mine = edited(base, (draft) => removeBlock(draft, "attend"));
    let added = "";
    const theirs = edited(base, (draft) => {
      added = insertBlock(draft, "layer_norm", { kind: "edge", from: "embed", to: "attend", withHeads: false });
    });
    const { merged, conflicts } = merge(base, mine, theirs);
    expect(conflicts).toEqual([]);
    expect(merged.components.some(({ id }) => id === added)).toBe(true);
    expect(validateDocument(merged).errors).toEqual([]);
  });

  it("that insert at one place are asked about; both stand in a row, one alone leaves no loose end", () => {
    const place = { kind: "edge", from: "embed", to: "attend", withHeads: false } as const;
    const mine = edited(base, (draft) => void insertBlock(draft, "layer_norm", place));
    const theirs = edited(base, (draft) => void insertBlock(draft, "linear", place));
    const { conflicts } = merge(base, mine, theirs);
    expect(kinds(conflicts)).toEqual(["inputs"]);
    const key = conflicts[0]?.key ?? "";
    for (const [side, count] of [["mine", 1], ["theirs", 1], ["both", 2]] as const) {
      const { merged } = merge(base, mine, theirs, { [key]: side });
      expect(merged.components.length).toBe(base.components.length + count);
      expect(validateDocument(merged).errors).toEqual([]);
    }
  });

  it("that name new blocks alike keep both, each with its connections", () => {
    const mine = edited(base, (draft) => void insertBlock(draft, "linear", { kind: "edge", from: "embed", to: "attend", withHeads: false }));
    const target = base.edges.find(([from]) => from === "experts")?.[1] ?? "";
    const theirs = edited(base, (draft) => void insertBlock(draft, "linear", { kind: "edge", from: "experts", to: target, withHeads: true }));
    const { merged, conflicts, renamed } = merge(base, mine, theirs);
    expect([...renamed]).toEqual([["linear_1", "linear_2"]]);
    expect(conflicts).toEqual([]);
    expect(sourcesOf(merged, "linear_1")).toEqual(["experts"]);
    expect(sourcesOf(merged, "linear_2")).toEqual(["embed"]);
    expect(validateDocument(merged).errors).toEqual([]);
  });

  it("edited here and deleted there is asked about, and what stays keeps its connections", () => {
    const mine = edited(base, (draft) => removeBlock(draft, "attend"));
    const theirs = edited(base, (draft) => setProp(draft, "attend", "n_heads", 1));
    const { conflicts } = merge(base, mine, theirs);
    expect(conflicts).toMatchObject([{ kind: "deleted", id: "attend", by: "mine" }]);
    const key = conflicts[0]?.key ?? "";
    expect(merge(base, mine, theirs, { [key]: "theirs" }).merged).toEqual(theirs);
    expect(merge(base, mine, theirs, { [key]: "mine" }).merged).toEqual(mine);
  });

  it("rename differently: the name is asked about", () => {
    const mine = { ...base, name: "One" };
    const theirs = { ...base, name: "Two" };
    const { conflicts } = merge(base, mine, theirs);
    expect(conflicts).toMatchObject([{ kind: "name", key: "name" }]);
    expect(merge(base, mine, theirs, { name: "theirs" }).merged.name).toBe("Two");
  });

  it("that connect and disconnect inputs of one merge join", () => {
    const joined = template("residual-experts");
    const mine = edited(joined, (draft) => connect(draft, "attend", "join"));
    const theirs = edited(joined, (draft) => disconnect(draft, "shortcut", "join"));
    const { merged, conflicts } = merge(joined, mine, theirs);
    expect(conflicts).toEqual([]);
    expect(sourcesOf(merged, "join")).toEqual(["experts2", "attend"]);
  });
});
