/**
 * How long the phone's validation takes for 512 blocks: the same `analyse` that the page's worker runs, in this Node.
 * `npm --prefix frontend run build:domain && node benchmarks/validation_worker.mjs`. Target: under 16 ms in the median.
 */
import { analyse } from "../frontend/.cache/domain.mjs";

const TARGET_MS = 16;
const ROUNDS = 60;
const COLD_ROUNDS = 5;

/** A chain of residual groups, with a wrong width in every tenth so that issues are written too where `isBroken`. */
function design(components, isBroken) {
  const blocks = [
    { id: "board", type: "board_input", props: {} },
    { id: "embed", type: "embedding", props: { d_model: 64 } },
  ];
  const edges = [["board", "embed"]];
  let last = "embed";
  for (let group = 1; blocks.length + 6 <= components; group += 1) {
    const width = isBroken && group % 10 === 0 ? 72 : 64;
    const [norm, mix, side, join] = ["norm", "mix", "side", "join"].map((name) => `${name}${group}`);
    blocks.push(
      { id: norm, type: "layer_norm", props: {} },
      { id: mix, type: group % 2 ? "moe_layer" : "transformer_layer", props: { d_model: width } },
      { id: side, type: "linear", props: { out_features: 64 } },
      { id: join, type: "add", props: {} },
    );
    edges.push([last, norm], [norm, mix], [last, side], [mix, join], [side, join]);
    last = join;
  }
  blocks.push({ id: "action", type: "action_output", props: {} }, { id: "value", type: "value_output", props: {} });
  edges.push([last, "action"], [last, "value"]);
  return { id: "0".repeat(32), name: "Large", version: 1, meta: { d_model: 64, n_heads: 4, n_experts: 4 }, components: blocks, edges };
}

let slowest = 0;
for (const isBroken of [false, true]) {
  const document = design(512, isBroken);
  const times = Array.from({ length: ROUNDS }, () => {
    const started = performance.now();
    analyse(document);
    return performance.now() - started;
  });
  const warm = times.slice(COLD_ROUNDS).sort((a, b) => a - b);
  const median = warm[Math.floor(warm.length / 2)];
  const p95 = warm[Math.floor(warm.length * 0.95)];
  slowest = Math.max(slowest, median);
  const { result } = analyse(document);
  const words = `${document.components.length} blocks, ${result.issues.length} issues`;
  console.log(`${words}: first ${times[0].toFixed(1)} ms, median ${median.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`);
}
if (slowest > TARGET_MS) process.exit(1);
