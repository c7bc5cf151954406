import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { catalogue, limits, type Prop } from "../src/domain/catalogue";
import { isFormatIssue } from "../src/domain/issues";
import { packDesign, payloadIn, shareLink, unpackDesign } from "../src/domain/share";
import { readPayload } from "../src/domain/importing";
import type { ModelArchitecture, PropValue } from "../src/domain/types";
import { checkDocument } from "../src/domain/validate";
import { slugs, template } from "./templates";

const PAGE = "https://studio.example/model-studio";

/** The twelve blocks that the link's length is measured with. */
const TWELVE = JSON.parse(readFileSync(join(import.meta.dirname, "twelve_blocks.json"), "utf8")) as ModelArchitecture;

/** What a design means, without the ids, which a link does not keep. */
function meaningOf(document: unknown): unknown {
  const { design, estimate, result, shapes } = checkDocument(document);
  const place = new Map(design.components.map(({ id }, at) => [id, at]));
  const at = (id: string | null): number | null => (id === null ? null : (place.get(id) ?? -1));
  return {
    name: design.name,
    version: design.version,
    meta: [...design.meta],
    types: design.components.map(({ type }) => type),
    values: design.components.map(({ values }) => [...values].filter(([, value]) => value !== null)),
    edges: design.edges.map(([from, to]) => [at(from), at(to)]),
    selfEdges: design.selfEdges.map(([from]) => at(from)),
    valid: result.valid,
    memory: result.estimatedMemory,
    issues: result.issues.map(({ code, component_id, prop, severity }) => [code, at(component_id), prop, severity]),
    params: estimate.paramCount,
    shapes: [...shapes.values()],
  };
}

function anyValue(prop: Prop): fc.Arbitrary<PropValue> {
  const low = Math.max(prop.min ?? 0, -1000);
  const high = Math.min(prop.max ?? 8, 1000);
  if (prop.kind === "bool") return fc.boolean();
  if (prop.kind === "enum") return fc.constantFrom(...prop.choices.map(({ value }) => value));
  if (prop.layout || prop.kind === "int") return fc.integer({ min: Math.ceil(low), max: Math.floor(high) });
  return fc.double({ min: low, max: high, noNaN: true });
}

const anyComponent = fc.constantFrom(...catalogue.values()).chain((block) => {
  const props = [...block.props.values()].filter(({ name }) => name !== "x" && name !== "y");
  const own = fc.record(Object.fromEntries(props.map((prop) => [prop.name, anyValue(prop)])), { requiredKeys: [] });
  const layout = fc.option(fc.record({ x: fc.integer({ min: -9000, max: 9000 }), y: fc.integer({ min: -9000, max: 9000 }) }), { nil: {} });
  return fc.tuple(own, layout).map(([some, where]) => ({ type: block.type, props: { ...some, ...where } }));
});

/** Any graph of known blocks, with loops, loose ends and rules broken at will. */
const anyDesign: fc.Arbitrary<ModelArchitecture> = fc
  .record({
    name: fc.string({ minLength: 1, maxLength: 40, unit: "grapheme-ascii" }),
    meta: fc.record({
      d_model: fc.integer({ min: 8, max: 512 }),
      n_heads: fc.integer({ min: 1, max: 16 }),
      n_experts: fc.integer({ min: 0, max: 8 }),
    }),
    rows: fc.array(anyComponent, { maxLength: 14 }),
    pairs: fc.uniqueArray(fc.tuple(fc.nat(13), fc.nat(13)), { maxLength: 24, selector: ([a, b]) => a * 100 + b }),
  })
  .map(({ name, meta, rows, pairs }) => ({
    id: "0".repeat(32),
    name,
    version: limits.schema_version,
    meta,
    components: rows.map((row, at) => ({ id: `n${at}`, ...row })),
    edges: pairs
      .filter(([from, to]) => from < rows.length && to < rows.length)
      // Loops of one block are kept apart and come back last.
      .sort(([a, b], [c, d]) => Number(a === b) - Number(c === d))
      .map(([from, to]): [string, string] => [`n${from}`, `n${to}`]),
  }));

describe("a link that carries a design", () => {
  it.each(slugs)("opens %s as the same design", async (slug) => {
    const design = template(slug);
    expect(meaningOf(await unpackDesign(await packDesign(design)))).toEqual(meaningOf(design));
  });

  it("opens any well-formed draft with the same verdict and the same numbers", async () => {
    let broken = 0;
    await fc.assert(
      fc.asyncProperty(anyDesign, async (design) => {
        const before = checkDocument(design).result;
        fc.pre(!before.issues.some(isFormatIssue));
        if (!before.valid) broken += 1;
        const payload = await packDesign(design);
        expect(meaningOf(await unpackDesign(payload))).toEqual(meaningOf(design));
        const opened = await readPayload(payload);
        expect(opened.ok && opened.design.name).toBe(design.name);
      }),
      { numRuns: 200, seed: 3 },
    );
    expect(broken).toBeGreaterThan(50);
  }, 30_000);

  it("has at most 580 characters for twelve blocks", async () => {
    expect(TWELVE.components).toHaveLength(12);
    expect(checkDocument(TWELVE).result).toMatchObject({ valid: true, errors: [] });
    const link = await shareLink(PAGE, TWELVE);
    expect(link.length - PAGE.length).toBeLessThanOrEqual(580);
    expect(link.slice(PAGE.length)).toMatch(/^#d=[A-Za-z0-9_-]+$/);
    expect(meaningOf(await unpackDesign(payloadIn(link) ?? ""))).toEqual(meaningOf(TWELVE));
  });

  it("keeps where the blocks lie, and the blocks' own values when the design's defaults change later", async () => {
    const design = template("starter-moe");
    const [board] = design.components;
    if (board) board.props = { x: 12.4, y: -80 };
    const opened = (await unpackDesign(await packDesign(design))) as ModelArchitecture;
    expect(opened.components[0]?.props).toMatchObject({ x: 12, y: -80 });
    expect(opened.components[1]?.props["d_model"]).toBe(64);
  });

  it("is found in a link, alone, and within a message around it", () => {
    expect(payloadIn(`${PAGE}#d=abc_-1`)).toBe("abc_-1");
    expect(payloadIn("d=abc")).toBe("abc");
    expect(payloadIn(`Look at this: ${PAGE}#d=abc\nGreetings`)).toBe("abc");
    expect(payloadIn(PAGE)).toBeNull();
    expect(payloadIn("word=abc")).toBeNull();
  });
});
