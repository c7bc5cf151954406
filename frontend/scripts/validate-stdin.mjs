/**
 * The phone's verdict for the differential fuzz: one JSON document per line in, one JSON result per line out.
 * Build first: `npm run build:domain`. A line that is no JSON answers {"error": "json"}.
 */
import { createInterface } from "node:readline";
import { validateDocument } from "../.cache/domain.mjs";

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  if (line.trim() === "") continue;
  let document;
  try {
    document = JSON.parse(line);
  } catch {
    process.stdout.write('{"error":"json"}\n');
    continue;
  }
  process.stdout.write(`${JSON.stringify(validateDocument(document))}\n`);
}
