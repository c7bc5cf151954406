/**
 * Lighthouse's four scores of the served page on its throttled phone profile; fails below what the README promises.
 *
 *     node benchmarks/lighthouse.mjs [http://127.0.0.1:8000/model-studio] [runs]
 *
 * Needs a running server (`make run`), Chromium (CHROME_PATH, or on the PATH), and the network once, for npx. Each score is
 * the median of the runs: the machine's other work moves performance by several points.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const VERSION = "12.8";
const LEAST = { performance: 0.9, accessibility: 1, "best-practices": 1, seo: 1 };
const [page = "http://127.0.0.1:8000/model-studio", runs = "3"] = process.argv.slice(2);

/** Where Chromium is, unless CHROME_PATH says so. */
function chromium() {
  if (process.env.CHROME_PATH) return process.env.CHROME_PATH;
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    try {
      return execFileSync("which", [name], { encoding: "utf8" }).trim();
    } catch {
      // Not under this name; the next one may be there.
    }
  }
  throw new Error("no Chromium: set CHROME_PATH");
}

function measure(folder) {
  const report = join(folder, "report.json");
  execFileSync(
    "npx",
    [
      "--yes",
      `lighthouse@${VERSION}`,
      page,
      "--quiet",
      "--form-factor=mobile",
      "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
      "--output=json",
      `--output-path=${report}`,
    ],
    { stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, CHROME_PATH: chromium() } },
  );
  const { categories, audits } = JSON.parse(readFileSync(report, "utf8"));
  const failed = Object.values(audits).filter(({ score, scoreDisplayMode }) => scoreDisplayMode === "binary" && score === 0);
  return {
    scores: Object.fromEntries(Object.keys(LEAST).map((name) => [name, categories[name].score])),
    timings: ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift"].map(
      (name) => `${name} ${audits[name].displayValue}`,
    ),
    failed: failed.map(({ id }) => id),
  };
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

const folder = mkdtempSync(join(tmpdir(), "lighthouse-"));
try {
  const all = Array.from({ length: Number(runs) }, () => measure(folder));
  all.forEach(({ scores, timings, failed }) => console.log(JSON.stringify(scores), timings.join(", "), failed.join(" ")));
  for (const [name, least] of Object.entries(LEAST)) {
    const score = median(all.map(({ scores }) => scores[name]));
    console.log(`${name}: ${score} (at least ${least})`);
    if (score < least) process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}
