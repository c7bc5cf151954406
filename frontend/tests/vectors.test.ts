import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { shapeText } from "../src/domain/shapes";
import { checkDocument, toArchitecture } from "../src/domain/validate";

interface Vector {
  name: string;
  document: unknown;
  expect: Record<string, unknown>;
}

// Read as text: an import would let the bundler change what JSON.parse keeps (`__proto__` as a key).
const text = readFileSync(join(import.meta.dirname, "../../spec/vectors/validation.json"), "utf8");
const vectors = JSON.parse(text) as Vector[];

describe("golden vectors of spec/vectors, shared with Python", () => {
  it("are there", () => {
    expect(vectors.length).toBeGreaterThan(50);
  });

  it.each(vectors)("$name", ({ document, expect: wanted }) => {
    const { design, shapes, estimate, result } = checkDocument(document);
    const found = {
      valid: result.valid,
      param_count: estimate.paramCount,
      estimated_memory: result.estimatedMemory,
      issues: result.issues,
      shapes: Object.fromEntries([...shapes].map(([id, shape]) => [id, shape && shapeText(shape)])),
      component_params: Object.fromEntries(estimate.componentParams),
      component_flops: Object.fromEntries(estimate.componentFlops),
      numbers: result.numbers,
      architecture: toArchitecture(design),
    };
    expect(found).toEqual(wanted);
  });
});
