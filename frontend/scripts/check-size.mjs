/** Holds the budgets of guides/phone.md: JavaScript of the first route and everything precached, gzipped. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const KIB = 1024;
const FIRST_ROUTE_KIB = 170;
const PRECACHED_KIB = 350;

const dist = new URL("../dist/", import.meta.url);
const gzipped = (path) => gzipSync(readFileSync(new URL(path, dist)), { level: 9 }).length / KIB;

const html = readFileSync(new URL("index.html", dist), "utf8");
const scripts = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map((match) => match[1]);
const first = scripts.reduce((sum, path) => sum + gzipped(path), 0);

const worker = readFileSync(new URL("sw.js", dist), "utf8");
const cached = [...new Set([...worker.matchAll(/url:"([^"]+)"/g)].map((match) => match[1]))];
const precached = cached.reduce((sum, path) => sum + gzipped(path), 0);

console.log(`first route: ${first.toFixed(1)} of ${FIRST_ROUTE_KIB} KiB of JavaScript; precached: ${precached.toFixed(1)} of ${PRECACHED_KIB} KiB`);
if (first > FIRST_ROUTE_KIB || precached > PRECACHED_KIB) process.exit(1);
