/** Writes src/api/generated/schema.ts from spec/openapi.json; with --check only says whether it is fresh. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const source = new URL("../../spec/openapi.json", import.meta.url);
const target = fileURLToPath(new URL("../src/api/generated/schema.ts", import.meta.url));
const header = "// Generated from spec/openapi.json by `npm run generate:api`. Do not edit.\n\n";

const wanted = header + astToString(await openapiTS(JSON.parse(readFileSync(source, "utf8"))));

if (process.argv.includes("--check")) {
  const found = readFileSync(target, "utf8");
  if (found !== wanted) {
    console.error("src/api/generated/schema.ts is not what spec/openapi.json gives: run `npm run generate:api`.");
    process.exit(1);
  }
} else {
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, wanted);
}
