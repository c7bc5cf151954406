import { describe, expect, it } from "vitest";
import type { DesignMeta } from "../src/api/types";
import { fresh, type KeptDesign } from "../src/stores/db";
import { withLocal } from "../src/stores/library";
import { template } from "./templates";

const AT = "2026-11-21T10:00:00Z";

function listed(id: string, name: string, revision = 1): DesignMeta {
  return { id, name, revision, created_at: AT, updated_at: AT };
}

function local(id: string, name: string, more: Partial<KeptDesign> = {}): KeptDesign {
  const design = { ...template("tiny-linear"), id, name };
  return { ...fresh(design), base: { etag: '"1"', design }, dirty: false, changedAt: 1000, ...more };
}

const names = (metas: DesignMeta[]): string[] => metas.map(({ name }) => name);

describe("the list of designs", () => {
  it("shows unsent edits and unsent designs", () => {
    const own = [local("a", "renamed", { dirty: true }), local("b", "new", { dirty: true, base: null })];
    expect(names(withLocal([listed("a", "before")], own, []))).toEqual(["new", "renamed"]);
  });

  it("keeps what was sent after the server was asked, until it is asked again", () => {
    const sent = [local("a", "renamed", { base: { etag: '"2"', design: null } }), local("b", "new", { changedAt: 3000 })];
    const before = [listed("a", "before")];
    expect(names(withLocal(before, sent, [], 2000))).toEqual(["new", "renamed"]);
    // A list that was asked for later and does not have it: deleted elsewhere.
    expect(names(withLocal(before, sent, [], 4000))).toEqual(["renamed"]);
    expect(names(withLocal([listed("a", "theirs", 3)], sent, [], 4000))).toEqual(["theirs"]);
  });

  it("leaves out what was deleted here", () => {
    const gone = [{ id: "a", name: "a", deletedAt: 1, isSent: false, kept: null }];
    expect(withLocal([listed("a", "a")], [local("a", "a")], gone)).toEqual([]);
  });
});
