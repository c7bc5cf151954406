/**
 * The phone's verdict for the differential fuzz: one JSON document per line in, one JSON line out: the
 * ValidationResult and `architecture`, what was read. Build first: `npm run build:domain`.
 */
import { checkDocument, toArchitecture } from "../.cache/domain.mjs";

function answer(line) {
  const { design, result } = checkDocument(JSON.parse(line));
  process.stdout.write(`${JSON.stringify({ ...result, architecture: toArchitecture(design) })}\n`);
}

// Not `readline`: it also splits at U+2028, which JSON text may hold.
let rest = "";
process.stdin.setEncoding("utf8");
for await (const chunk of process.stdin) {
  const lines = (rest + chunk).split("\n");
  rest = lines.pop() ?? "";
  lines.filter((line) => line.trim() !== "").forEach(answer);
}
if (rest.trim() !== "") answer(rest);
