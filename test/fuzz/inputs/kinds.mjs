// The kinds of input: how one is made, and what the program makes of it. Works on the built package.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse as parseCsv } from "csv-parse/sync";
import { parse, stringify } from "yaml";
import { mutateText, mutateTree, NUMBERS, TEXTS } from "./mutate.mjs";

const root = new URL("../../../", import.meta.url);
const built = (path) => import(new URL(`dist/src/${path}`, root).href);
const read = (path) => readFileSync(new URL(path, root), "utf8");
const filesIn = (folder, ending) =>
  readdirSync(new URL(folder, root))
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => read(folder + name));

const { predictorFor } = await built("accuracy/index.js");
const { modelRows } = await built("cli/accuracy-rows.js");
const { gemmNumbers } = await built("evaluate/gemm-numbers.js");
const { gemmRows } = await built("cli/gemm-rows.js");
const { modelYaml } = await built("cli/print-model.js");
const { answerRows } = await built("cli/input-rows.js");
const { dryRunText } = await built("cli/search/dry-run.js");
const { loadSearchStudy } = await built("study/load.js");
const { simulationJson } = await built("simulate/index.js");
const { loadSpecs } = await built("cli/specs.js");
const { energyCoefficients, FACTOR_NAMES } = await built("cost/index.js");
const { evaluate, simulateStream } = await built("evaluate/index.js");
const { createSpace } = await built("search/index.js");
const { readGridDay } = await built("spec/grid-day-file.js");
const { defaultDeployment, listSetPaths, loadHardware, loadModel, scheduleOf } = await built("spec/index.js");
const { createDesignEvaluator, designContext } = await built("worker/index.js");
const { importHuggingFace, importOpenClip } = await built("workload/index.js");

const model = loadModel("bert-tiny");
const hardware = loadHardware("edge-tpu");
const rest = { deployment: defaultDeployment(), technology: { profile: "calibrated", factors: {} } };

/** What is promised of every number that comes out, and is not kept. */
export class Nonsense extends Error {}

function checkNumbers(value, path = "") {
  if (typeof value === "number" && !(Number.isFinite(value) && value >= 0)) throw new Nonsense(`${path} is ${value}`);
  if (typeof value !== "object" || value === null) return;
  for (const [key, each] of Object.entries(value)) checkNumbers(each, `${path}.${key}`);
}

const withPlainIndices = (path) => path.replace(/\.\d+/g, ".#");

function check(act) {
  try {
    return act();
  } catch (error) {
    if (error instanceof Nonsense) throw new Nonsense(withPlainIndices(error.message));
    throw error;
  }
}

/** Evaluates specs as `simulate` does, and looks at the document that it prints. */
function simulated(specs) {
  const schedule = scheduleOf(specs);
  const result = evaluate({ ...rest, schedule, ...specs, mapper: { objective: "carbon", effort: "fast" } });
  if (result.kind === "infeasible") {
    if (/NaN|undefined|\[object/.test(`${result.constraint} ${result.detail}`)) throw new Nonsense(result.detail);
    return "infeasible";
  }
  const document = simulationJson(result, []);
  check(() => checkNumbers(document));
  if (!(document.latency_s > 0)) throw new Nonsense(`latency_s is ${document.latency_s}`);
  if (document.utilisation > 1 + 1e-9) throw new Nonsense(`utilisation is ${document.utilisation}`);
  return "simulated";
}

const yamlFrom = (random, text) => {
  if (random.chance(3, 10)) return mutateText(random, text);
  const changed = stringify(mutateTree(random, parse(text)));
  return random.chance(1, 10) ? mutateText(random, changed) : changed;
};

/** JSON has no NaN, but other programs write numbers too large for a double. */
const jsonOf = (tree) =>
  JSON.stringify(tree, (_, value) => (typeof value === "number" && !Number.isFinite(value) ? "\u0001" : value)).replace(
    /"\\u0001"/g,
    "1e999",
  );

function file(scratch, name, text) {
  const path = join(scratch, name);
  writeFileSync(path, text);
  return path;
}

const MODELS = [...filesIn("presets/models/", ".yaml"), ...filesIn("examples/models/", ".yaml")];
const HARDWARE = [...filesIn("presets/hardware/", ".yaml"), ...filesIn("examples/hardware/", ".yaml")];
const STUDIES = [
  `name: s
model: bert-tiny
hardware: edge-tpu
schedule: { fusion: all, activations: true, weights: true, prefetch: true }
deployment: { gridIntensity: 200 gCO2e/kWh, lifetime: 2 years, rate: 5/s, hoursPerDay: 3, batch: 2 }
technology: { profile: calibrated, macEnergy: 1.1, yieldModel: 1 }
space:
  array.dataflow: { values: [weight-stationary, output-stationary], when: { array.unroll: [fixed] } }
  array.unroll: [fixed, flexible]
  model.text: { ffn: { 1-2: [256, 512] }, heads: { 1: [1, 2] }, layers: 1..2 }
objectives: [min carbon, min latency]
constraints: [area <= 30 mm2]
search: { strategy: nsga3, seed: 3, trials: 10, batch: 4, population: 8, patience: 5, reference: { carbon: 1 kgCO2e, latency: 1 s } }
accuracy: { metric: glue }
`,
  `name: clip
model: clip-vit-b16
hardware: catransformers-22nm
deployment: { region: california, lifetime: 3 years, rate: 1/s, hoursPerDay: 6 }
space:
  model.text: { layers: 6..12, ffn: 1024..2048 step 256, hidden: 256..512 step 64, heads: 4..8 }
  model.vision: { layers: 6..12, hidden: 384..768 step 96 }
  array.rows: [32, 64, 128, 256]
  localBuffer.size: [64 KiB, 128 KiB, 256 KiB]
  localBuffer.bandwidth: [32 B/cycle, 64 B/cycle]
  dram.type: [LPDDR3, LPDDR4]
mode: carbon
constraints: [latency <= 50 ms, area <= 31.990347 mm2, peak <= 20.48 TOPS, accuracy >= 30 %]
accuracy: { evaluator: predictor, metric: clip-benchmark-mean }
search: { strategy: exact }
`,
  `name: command
model: vit-s16
hardware: nvdla-2048
deployment: { gridHours: [${Array.from({ length: 24 }, (_, hour) => 200 + hour).join(", ")}], useFrom: 22, inferences: 1e6 }
space: { cores: [1, 2], precision.weight: [4, 8], deployment.rate: [1/s, 2/s], technology.defectDensity: [0.1, 0.2] }
objectives: [max accuracy, min embodied, min edp]
mapping: { objective: latency, effort: fast }
accuracy: { evaluator: command, metric: imagenet-1k, command: [node, program.mjs], parallel: 2, timeout: 10 min, retries: 2 }
search: { strategy: bayesian, trials: 20 }
`,
];
STUDIES.push(stringify({ ...parse(STUDIES[0]), model: parse(MODELS[0]), hardware: parse(HARDWARE[0]) }));

const CONFIGS = [
  ...filesIn("test/fixtures/huggingface/", ".json"),
  ...filesIn("test/fixtures/huggingface/families/", ".json"),
].map((text) => JSON.parse(text));
const OPENCLIP = filesIn("test/fixtures/huggingface/openclip/", ".json").map((text) => JSON.parse(text));
const PATHS = listSetPaths(FACTOR_NAMES).map(({ path, example }) => ({ path, example }));

const GEMMS = 'batch,m,n,k,shared_b,layer\n1,16,32,64,0,a\n2,1,7,9,1,b\n1,197,64,64,0,"q,""x"""\n';
const HOURS = `hour,gCO2e_per_kWh\n${Array.from({ length: 24 }, (_, hour) => `${hour},${200 + hour}`).join("\n")}\n`;
const ACCURACIES = ["bert", "clip", "vit", "decoder"].map((name) => {
  const [head, ...rows] = read(`src/accuracy/tables/${name}.csv`).trim().split("\n");
  // A result column of the command's own would be refused in every file.
  return [head.replace(/\bmetric\b/, "what"), ...rows.slice(0, 8)].join("\n");
});

/** Rows with single cells replaced. */
function mutateCells(random, text) {
  const lines = text
    .trim()
    .split("\n")
    .map((line) => line.split(","));
  for (let left = 1 + random.below(4); left > 0; left--) {
    const line = random.pick(lines);
    const value = String(random.chance(1, 2) ? random.pick(NUMBERS) : random.pick(TEXTS));
    line[random.below(line.length)] = random.chance(1, 2) ? value : `"${value.replaceAll('"', '""')}"`;
  }
  return lines.map((line) => line.join(",")).join(random.pick(["\n", "\n", "\r\n", "\r"]));
}
const csvFrom = (random, text) => (random.chance(1, 2) ? mutateText(random, text) : mutateCells(random, text));

async function answered(command, text, scratch) {
  const [input, output] = [file(scratch, "input.csv", text), join(scratch, "output.csv")];
  const { rows, byStatus } = await answerRows(command, { input, output, json: false }, {});
  const written = parseCsv(readFileSync(output, "utf8"), { columns: true });
  if (written.length !== rows) throw new Nonsense(`${rows} rows were answered, ${written.length} written`);
  for (const row of written) {
    for (const name of command.results) {
      if (/^(NaN|-?Infinity|undefined|\[object.*|-\d.*)$/.test(row[name]))
        throw new Nonsense(`${name} is ${row[name]}`);
    }
  }
  return [...byStatus.keys()].sort().join("+") || "no rows";
}

function predicted(each) {
  const estimate = predictorFor(each).evaluate(each);
  const { low, accuracy, high } = estimate;
  if (!(low >= 0 && low <= accuracy && accuracy <= high && high <= 1)) {
    throw new Nonsense(`accuracy is ${accuracy} in ${low} to ${high}`);
  }
  return estimate;
}

const coefficients = energyCoefficients(hardware, rest.technology);
const simulate = (problems) =>
  simulateStream(hardware, problems, {
    ...{ technology: rest.technology, objective: "latency", effort: "fast", prefetch: false },
    energy: "total" in coefficients ? null : coefficients,
  }).map((streamed) => gemmNumbers(streamed, { ...rest, hardware, model }));

function imported(read, text) {
  const { config, options } = JSON.parse(text);
  const result = read(config, options);
  if ("problems" in result) {
    const odd = result.problems.find((problem) => /undefined|\[object/.test(problem.replace(/"[^"]*"/g, "")));
    if (odd !== undefined) throw new Nonsense(`the message is: ${odd.slice(0, 200)}`);
    return "refused";
  }
  return { yaml: modelYaml(result.model) };
}

/** A model file that an import has written must be read. */
function importedAndRead(read, text, scratch) {
  const result = imported(read, text);
  if (result === "refused") return result;
  try {
    loadModel(file(scratch, "imported.yaml", result.yaml));
  } catch (error) {
    throw new Nonsense(`what it writes is refused: ${error.problems?.[0]?.message ?? error.stack}`);
  }
  return "imported";
}

/** Kind → how an input is made, and what comes of it: a word for the table, or what the program throws. */
export const KINDS = {
  model: {
    make: (random) => yamlFrom(random, random.pick(MODELS)),
    feed: (text, scratch) => simulated({ hardware, model: loadModel(file(scratch, "model.yaml", text)) }),
  },
  hardware: {
    make: (random) => yamlFrom(random, random.pick(HARDWARE)),
    feed: (text, scratch) => simulated({ model, hardware: loadHardware(file(scratch, "hardware.yaml", text)) }),
  },
  study: {
    make: (random) => yamlFrom(random, random.pick(STUDIES)),
    feed: (text, scratch, random) => {
      const study = loadSearchStudy(file(scratch, "study.yaml", text), {});
      const space = createSpace(study.space);
      if (/NaN|undefined|\[object/.test(dryRunText(study, space, null))) throw new Nonsense("the dry run holds NaN");
      const point = space.decode(space.genesAt(random.belowBig(space.size)));
      const outcome = createDesignEvaluator(designContext(study)).outcome(point);
      if (outcome.kind === "evaluated") check(() => checkNumbers(outcome.metrics));
      return outcome.kind;
    },
  },
  settings: {
    make: (random) => {
      const value = (example) => {
        if (random.chance(1, 5)) return example;
        if (random.chance(1, 2)) return String(random.pick(NUMBERS));
        return random.chance(4, 5)
          ? random.pick(TEXTS)
          : random.pick(["[1, 2", "[[1]]", "[]", "{a: 1}", "[1, 2, 3]", "&a 1", "*a", "'", "|\n x", "[1 KiB, 2 KiB]"]);
      };
      const settings = Array.from({ length: 1 + random.below(3) }, () => {
        const { path, example } = random.pick(PATHS);
        const odd = random.pick([
          "__proto__",
          "array",
          "",
          "=",
          "model.text.ffn.1-99999",
          "model.text.ffn.0",
          `${path}.x`,
          "sram.size",
        ]);
        return `${random.chance(9, 10) ? path : odd}=${value(example)}`;
      });
      return JSON.stringify({
        model: random.pick(["bert-tiny", "vit-s16", "tinyclip-8m-16", "llama-3.2-1b"]),
        hardware: random.pick(["edge-tpu", "scale-sim", "nvdla-2048", "catransformers-22nm", "a100"]),
        settings,
      });
    },
    feed: (text) => {
      const input = JSON.parse(text);
      return simulated(loadSpecs(input.model, input.hardware, input.settings));
    },
  },
  gemm: {
    make: (random) => csvFrom(random, GEMMS),
    feed: (text, scratch) => answered(gemmRows(simulate), text, scratch),
  },
  accuracy: {
    make: (random) => csvFrom(random, random.pick(ACCURACIES)),
    feed: (text, scratch) => answered(modelRows(predicted), text, scratch),
  },
  hours: {
    make: (random) => csvFrom(random, HOURS),
    feed: (text, scratch) => {
      const day = readGridDay(file(scratch, "hours.csv", text), "hours.csv");
      check(() => checkNumbers(day));
      return day.length === 24 ? "read" : "of another length";
    },
  },
  huggingface: {
    make: (random) => {
      const options = random.chance(7, 10)
        ? {}
        : { tokens: random.pick(NUMBERS), generatedTokens: random.pick(NUMBERS) };
      return jsonOf({ config: mutateTree(random, random.pick(CONFIGS)), options });
    },
    feed: (text, scratch) => importedAndRead(importHuggingFace, text, scratch),
  },
  openclip: {
    make: (random) => jsonOf({ config: mutateTree(random, random.pick(OPENCLIP)), options: {} }),
    feed: (text, scratch) => importedAndRead(importOpenClip, text, scratch),
  },
};
