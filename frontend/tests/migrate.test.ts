import { describe, expect, it } from "vitest";
import { limits } from "../src/domain/catalogue";
import { isNewer, migrate, type Step } from "../src/domain/migrate";

const steps = new Map<number, Step>([
  [1, (document) => ({ ...document, name: document["title"] })],
  [2, (document) => Object.fromEntries(Object.entries(document).filter(([field]) => field !== "title"))],
]);

describe("designs of older versions", () => {
  it("go through every step in order, and the argument stays", () => {
    const saved = { title: "old", version: 1 };
    expect(migrate(saved, steps)).toEqual({ name: "old", version: 3 });
    expect(migrate({ title: "old" }, steps)).toEqual({ name: "old", version: 3 });
    expect(saved).toEqual({ title: "old", version: 1 });
  });

  it("of the newest version, or of none that is known, stay as they are", () => {
    expect(migrate({ name: "x", version: 3 }, steps)).toEqual({ name: "x", version: 3 });
    expect(migrate({ name: "x", version: "1" }, steps)).toEqual({ name: "x", version: "1" });
    expect(migrate({ name: "x" })).toEqual({ name: "x" });
  });

  it("tells newer ones", () => {
    expect(isNewer({ version: limits.schema_version + 1 })).toBe(true);
    expect([{}, { version: 1 }, { version: "9" }].map(isNewer)).toEqual([false, false, false]);
  });
});
