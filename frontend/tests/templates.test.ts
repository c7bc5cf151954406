import { describe, expect, it } from "vitest";
import { checkDocument, toArchitecture } from "../src/domain/validate";
import { slugs, template } from "./templates";

describe("the templates", () => {
  it("are there", () => expect(slugs.length).toBeGreaterThanOrEqual(3));

  it.each(slugs)("%s is a valid, normalised ModelArchitecture with both heads", (slug) => {
    const design = template(slug);
    const { result, design: parsed } = checkDocument(design);
    expect(result.issues).toEqual([]);
    expect(toArchitecture(parsed)).toEqual(design);
  });
});
