// @vitest-environment node
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";

const FRONTEND = join(import.meta.dirname, "..");

it("the API's types are those of spec/openapi.json", { timeout: 30_000 }, () => {
  const check = (): string => execFileSync("node", ["scripts/generate-api.mjs", "--check"], { cwd: FRONTEND, encoding: "utf8" });
  expect(check).not.toThrow();
});
