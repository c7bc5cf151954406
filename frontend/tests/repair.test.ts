import { describe, expect, it } from "vitest";
import { applyFix } from "../src/domain/fixes";
import { changeOf } from "../src/domain/repair";
import type { Fix } from "../src/domain/types";
import { validateDocument } from "../src/domain/validate";
import { template } from "./templates";

describe("before and after of a repair", () => {
  it("names the value that a prop has and will have", () => {
    const design = template("starter-moe");
    const embed = design.components.find(({ type }) => type === "embedding");
    if (embed) embed.props["d_model"] = 100;
    const fix = validateDocument(design).issues.find((issue) => issue.prop === "d_model" && issue.fix)?.fix;
    expect(fix && changeOf(design, fix)).toEqual({ before: "100", after: "104" });
    if (fix) applyFix(design, fix);
    expect(embed?.props["d_model"]).toBe(104);
  });

  it("draws what is put between, taken out and added", () => {
    const design = template("starter-moe");
    const change = (ops: Fix["ops"]) => changeOf(design, { label: "", ops });
    expect(change([{ op: "insert", between: ["board", "embed"], type: "linear", props: {} }])).toEqual({
      before: "Board → Embedding",
      after: "Board → Linear → Embedding",
    });
    expect(change([{ op: "remove_edge", edge: ["board", "embed"] }])).toEqual({ before: "Board → Embedding", after: null });
    expect(change([{ op: "append", after: "embed", type: "value_output", props: {} }])?.after).toBe("Embedding → Value output");
    expect(change([])).toBeNull();
  });
});
