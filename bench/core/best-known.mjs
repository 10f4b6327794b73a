/*
 * What searches for mappings leave on the table: for shapes of language models, vision transformers and CLIP on seven presets, how much more than the best
 * known mapping takes, in the objective searched. Best known: the best of both efforts for latency, energy and EDP, each mapping judged by its own walk, and
 * of effort exhaustive on every so many shapes. `node bench/core/best-known.mjs [SHAPES] [EVERY] [PRESET...]`; build first (`npm run setup`).
 */
import { energyCoefficients, gemmEnergy } from "../../dist/src/cost/index.js";
import { createRandom } from "../../dist/src/random/index.js";
import { createCore, simulateGemms } from "../../dist/src/sim/index.js";
import { applySettings, defaultDeployment, loadHardware, loadModel, parseSetting } from "../../dist/src/spec/index.js";
import { buildWorkload } from "../../dist/src/workload/index.js";

const SEED = 20_261_130;
const PRESETS = "tpu-v1 tpu-v4i nvdla-2048 gaudi-2 mi210 zigzag-16x16 catransformers-22nm".split(" ");
/** Models with the numbers of tokens and batch sizes that they are run with. */
const MODELS = [
  ...["llama-3-8b", "llama-3.1-70b", "llama-3.2-1b", "qwen3-30b-a3b", "deepseek-v3"].map((name) => [
    name,
    [1, 128, 2048],
    [1, 16],
  ]),
  ...["vit-b16", "vit-l16", "vit-s16", "clip-vit-b16", "clip-vit-l14", "clip-vit-h14", "bert-base"].map((name) => [
    name,
    [null],
    [1, 8],
  ]),
];

/** Cycles, and pJ, of which each objective is made; energies where the node has no table are those of catransformers-22nm, as in the tests. */
function energiesOf(hardware) {
  for (const chip of [hardware, loadHardware("catransformers-22nm")]) {
    const energies = energyCoefficients(chip, { profile: "calibrated", factors: {} });
    if (!("total" in energies)) return energies;
  }
  throw new Error("no energies");
}

/** Distinct products of those models' operators. */
function everyShape() {
  const shapes = new Map();
  for (const [name, tokens, batches] of MODELS) {
    const specs = {
      hardware: loadHardware("catransformers-22nm"),
      model: loadModel(name),
      deployment: defaultDeployment(),
      technology: { profile: "calibrated", factors: {} },
    };
    for (const count of tokens) {
      const settings = count === null ? [] : [parseSetting(`model.text.tokens=${count}`)];
      for (const batch of batches) {
        for (const operator of buildWorkload(applySettings(specs, settings).model, batch).operators) {
          if (operator.type !== "gemm") continue;
          const { batch: b, m, n, k, sharedB } = operator;
          shapes.set([b, m, n, k, sharedB].join(), { batch: b, m, n, k, sharedB });
        }
      }
    }
  }
  return [...shapes.values()];
}

const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];

function report(name, values) {
  const sorted = [...values].sort((a, b) => a - b);
  const [median, p95, p98, p99] = [0.5, 0.95, 0.98, 0.99].map((share) => quantile(sorted, share).toFixed(4));
  console.log(
    `${name.padEnd(44)} ${sorted.length} searches: median ${median}, p95 ${p95}, p98 ${p98}, p99 ${p99}, worst ${sorted.at(-1).toFixed(4)}`,
  );
}

const [count = "100", every = "0", ...named] = process.argv.slice(2);
const random = createRandom(SEED);
const all = everyShape();
while (all.length > Number(count)) all.splice(Math.floor(random.float() * all.length), 1);
console.log(`${all.length} shapes (seed ${SEED}), effort exhaustive on ${every === "0" ? "none" : `one of ${every}`}`);
const core = createCore();
for (const preset of named.length > 0 ? named : PRESETS) {
  const hardware = loadHardware(preset);
  const energy = energiesOf(hardware);
  const ratios = new Map();
  const worst = new Map();
  const seconds = { fast: 0, thorough: 0, exhaustive: 0 };
  all.forEach((problem, index) => {
    const figures = [];
    for (const effort of ["fast", "thorough", "exhaustive"]) {
      if (effort === "exhaustive" && (every === "0" || index % Number(every) !== 0)) continue;
      for (const objective of ["latency", "energy", "edp"]) {
        if (effort === "exhaustive" && objective === "edp") continue;
        const before = process.cpuUsage();
        const [result] = simulateGemms(hardware, [problem], { objective, effort, energy, core });
        const { user, system } = process.cpuUsage(before);
        seconds[effort] += (user + system) / 1e6;
        if (result?.kind !== "mapped") continue;
        const { cycles } = result.timing;
        const joules = gemmEnergy(result.counters, cycles, energy).total;
        figures.push({ effort, objective, latency: cycles, energy: joules, edp: cycles * joules });
      }
    }
    for (const { effort, objective, ...figure } of figures) {
      const best = Math.min(...figures.map((other) => other[objective]));
      const key = `${preset} ${effort} ${objective}`;
      const ratio = figure[objective] / best;
      ratios.set(key, [...(ratios.get(key) ?? []), ratio]);
      if (ratio > (worst.get(key)?.ratio ?? 1)) worst.set(key, { ratio, problem });
    }
  });
  for (const [key, values] of ratios) {
    report(key, values);
    const case_ = worst.get(key);
    if (case_ !== undefined && case_.ratio > 1.01) {
      const { batch, m, n, k, sharedB } = case_.problem;
      console.log(`  worst at ${[batch, m, n, k].join()}${sharedB ? ", weights shared" : ""}`);
    }
  }
  const spent = Object.entries(seconds).map(([effort, value]) => `${effort} ${value.toFixed(1)}`);
  console.log(`  ${preset}: CPU s: ${spent.join(", ")}`);
}
