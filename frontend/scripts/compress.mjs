/** Writes a brotli and a gzip copy beside every text file of the built page: the server sends them as they are. */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const TEXT = /\.(js|css|html|svg|webmanifest|json)$/;
/** Smaller files gain nothing: they fit into one packet. */
const LEAST_BYTES = 1024;

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };

let files = 0;
for (const name of readdirSync(dist, { recursive: true })) {
  const path = join(dist, name);
  if (!TEXT.test(path) || statSync(path).size < LEAST_BYTES) continue;
  const text = readFileSync(path);
  writeFileSync(`${path}.br`, brotliCompressSync(text, quality));
  writeFileSync(`${path}.gz`, gzipSync(text, { level: 9 }));
  files += 1;
}
console.log(`compressed ${files} files`);
