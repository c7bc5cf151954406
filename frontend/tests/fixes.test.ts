import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { applyFix } from "../src/domain/fixes";
import type { Issue, ModelArchitecture } from "../src/domain/types";
import { checkDocument, toArchitecture, validateDocument } from "../src/domain/validate";
import { slugs, template } from "./templates";

interface Vector {
  name: string;
  document: unknown;
}

const vectors = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../spec/vectors/validation.json"), "utf8"),
) as Vector[];

/** What could be read of the document: the page never holds anything else. */
function readable(document: unknown): ModelArchitecture {
  return { ...toArchitecture(checkDocument(document).design), id: "0".repeat(32) };
}

function fixable(design: ModelArchitecture): Issue[] {
  return validateDocument(design).issues.filter((issue) => issue.fix !== null);
}

const cases = vectors
  .map(({ name, document }) => ({ name, design: readable(document) }))
  .filter(({ design }) => fixable(design).length > 0);

describe("one-tap repairs", () => {
  it("are offered by many vectors", () => {
    expect(cases.length).toBeGreaterThan(15);
  });

  it.each(cases)("end the problem they are offered for: $name", ({ design }) => {
    for (const issue of fixable(design)) {
      const repaired = structuredClone(design);
      if (issue.fix) applyFix(repaired, issue.fix);
      // Where two loops cross one block, the message may stay, but the repair must be another one.
      const isSame = (other: Issue): boolean => other.message === issue.message && JSON.stringify(other.fix) === JSON.stringify(issue.fix);
      const left = validateDocument(repaired).issues.filter(isSame);
      expect(left, issue.message).toEqual([]);
      if (issue.severity !== "warning") {
        expect(validateDocument(repaired).errors.length, issue.message).toBeLessThanOrEqual(validateDocument(design).errors.length);
      }
      expect(validateDocument(repaired).issues.filter(({ code }) => code.startsWith("component.") || code === "design.dangling_edge")).toEqual([]);
    }
  });

  it.each(slugs)("bring %s back after its width was changed in one block", (slug) => {
    const design = template(slug);
    const wide = design.components.find(({ props }) => typeof props["d_model"] === "number" && props["d_model"] > 0);
    if (wide) wide.props["d_model"] = 100;
    for (let taps = 0; taps < 20 && !validateDocument(design).valid; taps += 1) {
      const issue = fixable(design).find(({ severity }) => severity === "error");
      if (!issue?.fix) break;
      applyFix(design, issue.fix);
    }
    expect(validateDocument(design).errors).toEqual([]);
  });
});
