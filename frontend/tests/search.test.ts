import { describe, expect, it } from "vitest";
import { isFound } from "../src/domain/search";

const design = { name: "Rührei für Añejo, Version 12", types: ["moe_layer", "linear"] };

describe("search", () => {
  it.each(["", "  ", "ruhrei", "RÜHR", "anejo", "12", "version ruhrei", "mixture", "expert moe", "lin", "für, 12"])("finds it by %j", (query) => {
    expect(isFound(design, query)).toBe(true);
  });

  it.each(["hrei", "conv", "ruhrei conv", "13"])("does not find it by %j", (query) => {
    expect(isFound(design, query)).toBe(false);
  });

  it("takes a name without letters, and a query without any", () => {
    expect(isFound({ name: "!!!", types: [] }, "a")).toBe(false);
    expect(isFound({ name: "!!!", types: [] }, "?")).toBe(true);
  });
});
