import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { diffDesigns, type PropChange } from "../src/domain/diff";
import type { ModelArchitecture } from "../src/domain/types";

interface Vector {
  name: string;
  before: ModelArchitecture;
  after: ModelArchitecture;
  expect: {
    name: unknown;
    meta: unknown;
    blocks: { inputs: unknown }[];
    connections: { added: unknown[]; removed: unknown[] };
    moved: number;
  };
}

const file = join(import.meta.dirname, "../../spec/vectors/diffs.json");
const vectors = JSON.parse(readFileSync(file, "utf8")) as Vector[];

const withoutLabels = (changes: PropChange[]): unknown[] => changes.map(({ name, from, to }) => ({ name, from, to }));

describe("golden diffs of spec/vectors, shared with Python", () => {
  it.each(vectors)("$name", ({ before, after, expect: wanted }) => {
    const diff = diffDesigns(before, after);
    const found = {
      name: diff.name,
      meta: withoutLabels(diff.meta),
      blocks: diff.blocks.map(({ id, type, kind, typeBefore, props, inputs }) => ({
        id,
        type,
        kind,
        type_before: typeBefore,
        props: withoutLabels(props),
        inputs: inputs !== null,
      })),
      connections: diff.connections,
      moved: diff.moved,
    };
    expect(found).toEqual({
      ...wanted,
      // The page tells inputs by their labels and counts connections.
      blocks: wanted.blocks.map((block) => ({ ...block, inputs: block.inputs !== null })),
      connections: { added: wanted.connections.added.length, removed: wanted.connections.removed.length },
    });
  });
});
