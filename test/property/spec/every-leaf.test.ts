import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { AccuracyRefusal } from "../../../src/accuracy/index.ts";
import { InputError } from "../../../src/errors/index.ts";
import { DECIDES_NO_TRIAL, identityOf } from "../../../src/study/identity.ts";
import { runSearch } from "../../../src/cli/search/run.ts";
import { CostError, FACTOR_NAMES } from "../../../src/cost/index.ts";
import { SpecError } from "../../../src/errors/index.ts";
import type { RunRecord } from "../../../src/report/types.ts";
import { createSpace } from "../../../src/search/index.ts";
import { FAMILY_METRIC, readStudy, readYaml, studyJsonSchema, type Study } from "../../../src/spec/index.ts";
import { readSqliteStore } from "../../../src/store/index.ts";
import { createDesignEvaluator, designContext } from "../../../src/worker/index.ts";
import {
  leavesOf,
  nameOf,
  otherValues,
  valueIn,
  withValue,
  type Leaf,
  type SchemaNode,
} from "../../fixtures/spec/leaves.ts";

vi.mock("../../../src/worker/farm.ts", () => import("../../fixtures/search/farm-in-process.ts"));
vi.spyOn(process.stderr, "write").mockReturnValue(true);
vi.spyOn(process.stdout, "write").mockReturnValue(true);

const folder = mkdtempSync(join(tmpdir(), "ecotile-leaves-"));
afterAll(() => rmSync(folder, { recursive: true }));
copyFileSync(new URL("../../fixtures/search/accuracy-program.mjs", import.meta.url), join(folder, "program.mjs"));

/** Trainings of models whose accuracy nobody predicts. */
const UNJUDGED = Object.entries(FAMILY_METRIC).flatMap(([family, metric]) =>
  metric === null
    ? ["", ".family", ".pretrained", ".samplesSeen"].map((part) => `model(${family}).training${part}`)
    : [],
);

/**
 * Every leaf of a study, with model, hardware, schedule and deployment written out in it, changed alone, changes the identity
 * of the study and some result, or stands here with the reason. Leaves are those of the JSON Schema, so that a new one is
 * looked at too. Results are taken as searches take them: through the context of their designs, and by whole searches for the
 * leaves that are a search's own.
 */
const CHANGES_NO_RESULT: Readonly<Record<string, string>> = {
  name: "a word for readers",
  description: "words for readers",
  "model(*).name": "a word for readers",
  "model(*).description": "words for readers",
  "model(*).family": "a model of another family is another file, with leaves of its own",
  "model(*).*.causal": "what a mask hides is computed all the same",
  ...Object.fromEntries(UNJUDGED.map((name) => [name, "no published accuracy is fitted for models of this family"])),
  ...Object.fromEntries(
    ["vit", "bert"].map((family) => [
      `model(${family}).training.samplesSeen`,
      "the fit of this family counts no samples",
    ]),
  ),
  ...Object.fromEntries(
    ["clip).text", "clip).vision", "vit).vision", "bert).text", "encoder-decoder).encoder"].map((tower) => [
      `model(${tower}.latent.absorbed`,
      "decode steps alone work on the latent vectors, and this tower has none",
    ]),
  ),
  ...Object.fromEntries(
    ["clip).text", "clip).vision", "vit).vision", "encoder-decoder).encoder", "encoder-decoder).decoder"].map(
      (tower) => [
        `model(${tower}.sparsity.method`,
        "no published price of sparse weights is fitted for models of this family",
      ],
    ),
  ),
  ...Object.fromEntries(
    ["encoder", "decoder"].map((tower) => [
      `model(encoder-decoder).${tower}.activationSparsity.curve.last.accuracy`,
      "no published accuracy is fitted for models of this family",
    ]),
  ),
  "model(clip).vision.tokenReduction.retrained":
    "no published price of fewer tokens is fitted for models of this family",
  "model(decoder).text.activationSparsity.curve.last.accuracy": "what a decoder so small loses rounds to the same",
  "model(decoder).text.sparsity.method": "what a decoder so small loses rounds to the same",
  "model(bert).training.pretrained": "the fit has one training set, whose effect rounds to nothing",
  "model(operators).operators.last.name": "a word for readers, and for operators that name it",
  "model(operators).operators.last.tower": "sums in `simulate` by tower",
  "model(operators).operators.last.phase": "sums in `simulate` by phase",
  "model(operators).operators.last.kind": "an operator of another kind has fields of its own",
  "model(operators).kvElementsPerToken": "the cache of one token, which `simulate` prints",
  "hardware.name": "a word for readers",
  "hardware.description": "words for readers",
  "hardware.silicon.otherDies.last.name": "a word for readers",
  "hardware.package.dies.last.name": "a word for readers",
  "hardware.package.dies.last.holds": "changes together with what other dies hold",
  "hardware.package.dies.last.gates":
    "metal layers of a die that a tool prices, here of a die so small that they are as many as can be",
  "hardware.package.dies.last.drivers": "of package files; refused where areas are modelled",
  "hardware.package.bonding.faces": "vias of dies whose area a tool estimates; areas of a machine are modelled",
  "hardware.package.dies.last.share": "changes together with the shares of other dies",
  "search.chosen": "what strategy auto has chosen, a record for readers",
  "deployment.gridSource": "words for readers",
  "deployment.gridBasis": "a word for reports",
  "deployment.gridKind": "a word for reports",
  "deployment.gridTrace.region": "words for readers",
  ...Object.fromEntries(
    ["bandwidth", "efficiency", "latency", "perDevice", "twoShot", "energy", "topology", "devices", "carbon"].map(
      (field) => [`hardware.link.${field}`, "what joins devices counts in a service (test/unit/service)"],
    ),
  ),
  "hardware.dram.idealised": "whether a memory that is not sold is refused (test/unit/spec/memory.test.ts)",
  "accuracy.parallel": "how many programs are asked at once; each answers for its model alone",
  "accuracy.timeout": "how long a program is waited for",
  "accuracy.retries": "how often a program that fails is asked",
  "accuracy.folder": "where the program runs; here there is one such folder",
  "accuracy.evaluator": "changes together with accuracy.command, which changes results",
};
/** `model(vit).vision.causal` → `model(*).*.causal`: what is said of all families and towers. */
const generalOf = (name: string): string =>
  name.replace(/^model\([a-z-]+\)/, "model(*)").replace(/\.(text|vision|encoder|decoder)\./, ".*.");
const listed = (list: Readonly<Record<string, unknown>>, name: string): string | undefined =>
  [name, generalOf(name)].find((each) => Object.hasOwn(list, each));
/** Changes that are tried of a leaf that stands on the list: fewer where each takes a whole search. */
const mostTried = ({ path }: Leaf): number => (SEARCHED.includes(path[0]!) ? 1 : 3);

type Tree = Readonly<Record<string, unknown>>;

const preset = (name: string): Tree =>
  parse(readFileSync(new URL(`../../../presets/${name}.yaml`, import.meta.url), "utf8")) as Tree;
const within = (tree: Tree, key: string, change: Tree): Tree => ({
  ...tree,
  [key]: { ...(tree[key] as Tree), ...change },
});

const SMALL = { layers: 2, hidden: 64, ffn: 160, heads: 4, headSize: 16 };
const TEXT = { ...SMALL, tokens: 24, vocabulary: 500 };
const VISION = { ...SMALL, imageSize: 64, patchSize: 16 };
const training = { family: "other", pretrained: "other", samplesSeen: 1e9 };
const bert: Tree = {
  ...within(preset("models/bert-tiny"), "text", { ...TEXT, maxPositions: 64 }),
  training: { family: "bert", pretrained: "wikipedia_bookcorpus", samplesSeen: 1e9 },
};
const clip = within(within(preset("models/clip-vit-b16"), "text", TEXT), "vision", VISION);
const vit: Tree = {
  ...within(preset("models/vit-s16"), "vision", VISION),
  training: { family: "deit", pretrained: "augreg_in21k_ft_in1k", samplesSeen: 1e9 },
};
const llama: Tree = {
  ...within(preset("models/llama-3.2-1b"), "text", { ...TEXT, kvHeads: 2 }),
  ...{ contextTokens: 8, generatedTokens: 4 },
  training: { family: "pythia", pretrained: "pile", samplesSeen: 1e9 },
};
const translator: Tree = {
  ...{ name: "small-t5", description: "two stacks", family: "encoder-decoder", tiedEmbedding: true, training },
  ...{ encoder: TEXT, decoder: { ...TEXT, tokens: 2, causal: true }, generatedTokens: 4 },
};
const product = { name: "product", tower: "model", kind: "product", m: 24, n: 64, k: 64 };
const activation = {
  name: "activation",
  tower: "model",
  kind: "vector",
  primitive: "gelu",
  elements: 1536,
  rowLength: 64,
};
const byOperators = (...operators: readonly Tree[]): Tree => ({
  ...{ name: "listed", description: "by its operators", family: "operators", training, operators },
});
const stacked: Tree = {
  name: "stacked",
  description: "one after the other",
  family: "towers",
  training,
  towers: [vit, bert],
};

/** What towers may have beyond a plain transformer, each with what it needs beside it. */
const EXTRAS: readonly Tree[] = [
  { experts: { count: 4, active: 2, ffn: 32, shared: 16, skew: 1 } },
  { latent: { queryRank: 24, keyValueRank: 16, nope: 8, rope: 8, value: 16 }, position: "rotary", causal: true },
  { position: "relative", relative: { rows: 16 } },
  { position: "rotary", attention: "window:8" },
  {
    attention: ["recurrent", "full"],
    recurrent: { form: "mamba2", heads: 4, keyHeads: 2, keySize: 8, valueSize: 16, kernel: 3 },
  },
  { attention: ["recurrent", "full"], recurrent: { form: "mamba", heads: 96, keySize: 8, rank: 4 } },
  { pooling: "attention", attentionPool: { queries: 2, heads: 2, width: 48 } },
  { embeddingSize: 32 },
];
const SPARSE = { quantisation: { weights: 8 }, sparsity: { weights: "2:4", method: "oneshot" } };
const FAMILIES: readonly (readonly [Tree, string | null])[] = [
  [bert, "glue"],
  [clip, "clip-benchmark-mean"],
  [vit, "imagenet-1k"],
  [llama, "lm-zero-shot-mean"],
  [translator, null],
];
/** Activations that are zero at run time, between the two thresholds that were measured. */
const ZEROS = {
  quantisation: { activations: 8, weights: 8 },
  activationSparsity: {
    threshold: 0.015,
    curve: [
      { threshold: 0, kept: 0.9, accuracy: 0.82 },
      { threshold: 0.02, kept: 0.6, accuracy: 0.7 },
    ],
  },
};
/** Fewer tokens from layer to layer. */
const MERGED = { tokenReduction: { merge: 2, retrained: false } };
const PRUNED = { tokenReduction: { keep: 0.7, layers: [1], fuse: false, retrained: false } };
const reduced = [clip, vit].flatMap((model) => [MERGED, PRUNED].map((each) => within(model, "vision", each)));
const withExtras = FAMILIES.flatMap(([model, metric]) =>
  ["text", "vision", "encoder", "decoder"]
    .filter((tower) => model[tower] !== undefined)
    .flatMap((tower) => EXTRAS.map((extra) => [within(model, tower, extra), metric] as const)),
);
/** Weights that are left out. */
const sparse = FAMILIES.flatMap(([model]) =>
  ["text", "vision", "encoder", "decoder"]
    .filter((tower) => model[tower] !== undefined)
    .flatMap((tower) => [within(model, tower, SPARSE), within(model, tower, ZEROS)]),
);
const MODELS: readonly (readonly [Tree, string | null])[] = [
  ...FAMILIES,
  ...withExtras,
  ...[...sparse, ...reduced].map((model) => [model, null] as const),
  [within(llama, "text", { position: "learned", maxPositions: 64 }), "lm-zero-shot-mean"],
  [{ ...vit, connector: { merge: 4, widths: [32, 48], norm: "layernorm" } }, "imagenet-1k"],
  [{ ...vit, embedding: 32 }, "imagenet-1k"],
  [within(translator, "encoder", { vocabulary: 0, audio: { bands: 16, frames: 48 } }), null],
  [within(within({ ...translator, generatedTokens: 8 }, "decoder", { tokens: 24 }), "decoder", EXTRAS[0]!), null],
  [{ ...bert, pooler: false, embedding: 32 }, "glue"],
  [stacked, null],
  [byOperators({ ...product, batch: 3, classes: ["activation", "kv"], shared: false }), null],
  [byOperators({ ...activation, primitive: "softmax" }), null],
  [byOperators(product, activation), null],
  [byOperators(activation, product), null],
  [byOperators(product, { ...product, name: "second", count: 4 }), null],
];

const PORT = { shared: false, latency: "0 cycles", accessWidth: "4 B", rounding: "pro-rata" };
/** A machine with the fields of its levels written out. */
function spelled(hardware: Tree): Tree {
  const levels = ["localBuffer", "globalBuffer", "dram"].filter((level) => hardware[level] !== undefined);
  return levels.reduce((tree, level) => within(tree, level, { ...PORT, ...(tree[level] as Tree) }), hardware);
}

const chip = spelled(preset("hardware/catransformers-22nm"));
/** Small enough for the small models to fill it. */
const tight = within(within(chip, "localBuffer", { size: "2 KiB" }), "globalBuffer", { size: "16 KiB" });
const bought = { ...chip, dram: { ...PORT, type: "LPDDR4", density: 8, dies: 2, width: 32 } };
const blocks = { rounding: "block", accessWidth: "48 B" };
const blocky = within(
  within(within(tight, "localBuffer", { ...blocks, accessWidth: "512 B" }), "globalBuffer", blocks),
  "dram",
  blocks,
);
const sold = {
  ...chip,
  silicon: {
    ...{ dieArea: "20 mm2", dies: 1, unitsMade: 2, package: "interposer", board: "2 kgCO2e" },
    otherDies: [{ name: "I/O", count: 1, area: "10 mm2", node: "28 nm" }],
  },
};
const priced = {
  ...tight,
  energy: { mac: "0.2 pJ", ...perLevel("1 pJ/B", "registers", "accumulators", "localBuffer", "globalBuffer", "dram") },
};
const slow = within(chip, "dram", { bandwidth: "2 B/cycle" });
/** Memories of operands apart, and ports whose two ways differ. */
const sizes = (input: string, weight: string, output: string): Tree => ({ size: { input, weight, output } });
const ways = { bandwidth: { read: "4 B/cycle", write: "2 B/cycle" } };
const split = within(
  within(within(chip, "localBuffer", { ...sizes("1 KiB", "1 KiB", "2 KiB"), ...ways }), "globalBuffer", {
    ...sizes("4 KiB", "4 KiB", "8 KiB"),
    ...ways,
  }),
  "dram",
  ways,
);
/** An operand past the global buffer, and two in one memory. */
const past = within(within(tight, "globalBuffer", { holds: ["input", "output"] }), "localBuffer", {
  ...sizes("1 KiB", "1 KiB", "input"),
});
const pairs = within(within(split, "globalBuffer", sizes("4 KiB", "input", "8 KiB")), "localBuffer", {
  ...sizes("1 KiB", "2 KiB", "weight"),
});
/** Ports of their own. */
const rates = (input: string, weight: string, output: Tree | string): Tree => ({
  bandwidth: { input, weight, output },
});
const ports = within(
  within(tight, "globalBuffer", rates("2 B/cycle", "1 B/cycle", { read: "2 B/cycle", write: "1 B/cycle" })),
  "localBuffer",
  rates("4 B/cycle", "1 B/cycle", { read: "1 B/cycle", write: "1 B/cycle" }),
);
const onePort = within(within(tight, "globalBuffer", rates("2 B/cycle", "input", "1 B/cycle")), "localBuffer", {
  ...rates("1 B/cycle", "2 B/cycle", "input"),
});
function perLevel(value: string, ...levels: readonly string[]): Tree {
  return Object.fromEntries(levels.map((level) => [level, value]));
}
/** Reads and writes apart. */
const pricedWays = {
  ...tight,
  energy: {
    mac: "0.2 pJ",
    ...Object.fromEntries(
      ["registers", "accumulators", "localBuffer", "globalBuffer", "dram"].map((level) => [
        level,
        { read: "1 pJ/B", write: "2 pJ/B" },
      ]),
    ),
  },
};
/** Chips of several dies, in the ways that their parts may be told, and the tools that price them. */
const DIES = [
  { name: "compute", count: 1, holds: ["arrays", "vector", "localBuffers", "phy"], circuit: "logic" },
  { name: "memory", count: 1, holds: ["globalBuffer"], node: "28 nm", circuit: "sram", volume: 2e5 },
];
const packaged = (of: Tree, ...dies: readonly Tree[]): Tree => ({
  ...tight,
  package: { volume: 1e5, designIterations: 50, dies: dies.length === 0 ? DIES : dies, ...of },
});
const bonding = { method: "hybrid-bond", step: "die-to-wafer", faces: "face-to-back" };
const interposer = { type: "silicon", node: "65 nm", order: "chip-last", layers: 6 };
const link = { bandwidth: "10 GB/s", latency: "50 ns", energy: "1 pJ/bit" };
/** At nodes that the tools know. */
const gated = DIES.map((die, at) => ({
  ...die,
  node: at === 0 ? "28 nm" : "14 nm",
  gates: 1e7,
  layers: 8,
}));
const PACKAGES: readonly (readonly [Tree, string?])[] = [
  [packaged({ kind: "3d", bonding, link })],
  [packaged({ kind: "3d", bonding: { ...bonding, yield: "95 %" } })],
  [packaged({ kind: "3d", bonding: "micro-bump", area: "400 mm2" })],
  [packaged({ kind: "2.5d", interposer, link })],
  [packaged({ kind: "2.5d", interposer: { ...interposer, yield: "95 %", area: "300 mm2" } })],
  [packaged({ kind: "2.5d", interposer: "bridge" })],
  [packaged({ kind: "2.5d", interposer: { ...interposer, type: "fan-out" } })],
  [packaged({ kind: "3d" }, DIES[0]!, { ...DIES[1], area: "8 mm2" })],
  [packaged({ kind: "2.5d" }, { name: "quarter", count: 4, share: "25 %" })],
  ...["eco-chip", "3d-carbon"].flatMap((profile): readonly (readonly [Tree, string])[] => [
    [packaged({ kind: "2.5d", interposer: { ...interposer, type: "fan-out" } }, ...gated), profile],
    [packaged({ kind: "2.5d", interposer }, ...gated), profile],
    [packaged({ kind: "3d", bonding }, ...gated), profile],
    [packaged({ kind: "2.5d", area: "400 mm2" }, ...gated.map(({ layers, ...die }) => (void layers, die))), profile],
  ]),
];
const HARDWARE = ["zigzag-16x16", "timeloop-16x16", "eyeriss", "scale-sim", "stonne-os", "a100", "mi210", "tpu-v4i"];

/** Stacks that start kernels, and a host that takes longer than they do. */
const times = {
  ...{ gemm: "1 us", softmax: "1 us", normalisation: "1 us", elementwise: "1 us", attention: "1 us" },
  fusion: "attention",
};
/** Kernels on many slow cores, so that splits of k, rows and blocks of attention all count. */
const served = within(spelled(preset("hardware/a100")), "kernels", { secondPass: "2 us" });
const { boardPower, ...unboarded } = served;
void boardPower;
const kernels = within(
  within(served, "array", { rows: 1, cols: 1, accumulators: { count: 16384, per: "column" } }),
  "vector",
  { heldRow: "32 B", cyclesPerRow: { rmsnorm: 10, layernorm: 10 } },
);
const busy = {
  ...{ perStep: "10 us", perSequence: "10 us", perPrefill: "2 ms", overlap: false },
  ...{ requestsPerSecond: 1000, tokensPerSecond: 1000 },
};

/** A study that evaluates one design, and its accuracy where there is a metric for it. */
const study = (model: Tree, hardware: Tree, metric: string | null, rest: Tree = {}): Tree => ({
  ...{ name: "leaves", description: "as it is", model, hardware, accuracy: metric === null ? "none" : { metric } },
  ...{ space: { "array.rows": [8, 16] }, objectives: ["min latency"] },
  ...rest,
});
const search = (rest: Tree): Tree =>
  study(bert, tight, "glue", {
    space: { "array.rows": [8, 16, 32], "array.cols": [4, 8], cores: [1, 2] },
    objectives: ["min latency", "min energy"],
    search: { strategy: "nsga2", seed: 1, trials: 12, batch: 4, population: 4 },
    ...rest,
  });
const command = (...args: readonly string[]): Tree => ({
  ...{ evaluator: "command", metric: "mine", command: ["node", "program.mjs", ...args], folder },
  ...{ parallel: 1, timeout: "10 s", retries: 1 },
});

/** Documents in which the leaves of each part are changed, the likelier ones first. */
const CARRIERS = {
  model: [
    ...MODELS.map(([model, metric]) => study(model, tight, metric)),
    // Accuracy has a price of sparse weights where the space varies them.
    study(within(llama, "text", SPARSE), tight, "lm-zero-shot-mean", { space: { "sparsity.weights": ["2:4", "4:8"] } }),
    study(within(bert, "text", { ...SPARSE, sparsity: { weights: 0.85, method: "oneshot" } }), tight, "glue", {
      space: { "sparsity.weights": [0.8, 0.9] },
    }),
    ...[
      [within(clip, "text", ZEROS), "clip-benchmark-mean", "text"] as const,
      [within(clip, "vision", ZEROS), "clip-benchmark-mean", "vision"] as const,
      [within(vit, "vision", ZEROS), "imagenet-1k", "vision"] as const,
      [within(bert, "text", ZEROS), "glue", "text"] as const,
      [within(llama, "text", ZEROS), "lm-zero-shot-mean", "text"] as const,
    ].map(([model, metric, tower]) =>
      study(model, tight, metric, { space: { [`model.${tower}.activationSparsity.threshold`]: [0.01, 0.015] } }),
    ),
    study(within(vit, "vision", { imageSize: 224, ...MERGED }), tight, "imagenet-1k", {
      space: { "model.vision.tokenReduction.merge": [1, 2] },
    }),
  ],
  hardware: [
    ...[tight, blocky, chip, bought, split, past, pairs, ports, onePort, priced, pricedWays, sold].map((hardware) =>
      study(bert, hardware, "glue"),
    ),
    // Weights that stay on chip save time, and more carbon than it costs to keep them only where it is always busy.
    study(bert, spelled(preset("hardware/tpu-v4i")), "glue", { mapping: { objective: "latency" } }),
    ...PACKAGES.map(([hardware, profile]) =>
      study(bert, hardware, "glue", profile === undefined ? {} : { technology: { profile } }),
    ),
    ...HARDWARE.map((name) => study(bert, spelled(preset(`hardware/${name}`)), "glue")),
    study(llama, within(within(served, "silicon", { powerLimit: "76 W" }), "boardPower", {}), null),
    study(llama, { ...served, boardPower: { busyPerCore: "0.7 W", dramByte: "100 pJ/B", mac: "2 pJ" } }, null, {
      objectives: ["min board-energy"],
    }),
    study(llama, { ...unboarded, silicon: { idlePower: "50 W", typicalPower: "300 W" } }, null, {
      objectives: ["min board-energy"],
    }),
    ...[kernels, within(served, "dram", { bandwidth: "1 GB/s" })].map((hardware) => study(llama, hardware, null)),
    ...(["eager", "graph", "fused"] as const).flatMap((stack) =>
      [busy, { ...busy, overlap: true, perStep: "100 ms" }].map((host) =>
        study(llama, { ...chip, runtime: { default: stack, eager: times, graph: times, fused: times, host } }, null),
      ),
    ),
  ],
  rest: [
    study(bert, chip, "glue"),
    study(clip, chip, "clip-benchmark-mean"),
    study(bert, slow, "glue", { mapping: { objective: "latency" }, schedule: { weights: false } }),
    study(bert, chip, "glue", { schedule: { fusion: "all", activations: true, weights: true, prefetch: true } }),
    study(bert, chip, "glue", { technology: { profile: "published" } }),
    ...PACKAGES.map(([hardware]) => study(bert, hardware, "glue")),
    study(bert, packaged({ kind: "3d", bonding: "monolithic" }), "glue"),
    study(bert, packaged({ kind: "3d" }, ...DIES, { name: "dram", holds: ["dram"] }), "glue"),
    study(bert, chip, "glue", { deployment: { duty: "10 %" } }),
    study(bert, chip, "glue", {
      deployment: { class: "server", pue: 1.2, share: "50 %", host: { power: "10 W", carbon: "5 kgCO2e", devices: 2 } },
    }),
    study(bert, chip, "glue", { deployment: { gridIntensity: "300 gCO2e/kWh", gridSource: "a meter" } }),
    study(bert, chip, "glue", {
      deployment: { gridHours: Array.from({ length: 24 }, (_, i) => 100 + 10 * i), useFrom: 8, canWait: "50 %" },
    }),
    study(bert, spelled(preset("hardware/h100")), "glue"),
    study(bert, chip, "glue", { deployment: { gridTrace: trace(24, 100), carbonPrice: "80 EUR/t" } }),
  ],
  searches: [
    search({}),
    search({ objectives: undefined, mode: "all" }),
    study(vit, tight, "imagenet-1k", { accuracy: command("plain", "log") }),
  ],
} as const;

/** Two days of a grid, as a study holds it. */
function trace(slotsPerDay: number, least: number) {
  return { region: "x", slotsPerDay, values: Array.from({ length: 2 * slotsPerDay }, (_, i) => least + 10 * i) };
}

function carriersOf({ path, family }: Leaf): readonly Tree[] {
  const [part = ""] = path;
  if (SEARCHED.includes(part)) return [...CARRIERS.searches, ...CARRIERS.rest];
  if (part !== "model" && part !== "hardware") return CARRIERS.rest;
  return CARRIERS[part].filter((carrier) => family === null || valueIn(carrier, ["model", "family"]) === family);
}

/** Other values of leaves whose schema says too little of them. */
const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  model: ["bert-mini"],
  hardware: ["eyeriss"],
  "model(towers).towers": [[bert, vit], [vit]],
  "model(vit).training.family": ["deit3"],
  "model(*).*.attention": ["window:8", ["full", "window:4"], "none"],
  "model(*).*.experts.denseLayers": [[1]],
  "model(vit).connector.widths": [[64]],
  "model(operators).operators.last.classes": [
    ["activation", "kv"],
    ["activation", "weight"],
  ],
  "model(operators).operators.last.sameWeightsAs": ["product"],
  space: [
    { "array.rows": [8, 16], "array.cols": [4, 8] },
    { "array.rows": [8], "array.cols": { values: [4], when: { "array.rows": [8] } } },
  ],
  objectives: [["max accuracy", "min area"]],
  constraints: [["latency <= 1 us"]],
  "deployment.rate": ["2/s"],
  "technology.edgeLoss": [0],
  "hardware.vector.cyclesPerElement": [{ gelu: 40, softmax: 40 }],
  "hardware.vector.cyclesPerRow": [{ rmsnorm: 100, layernorm: 100 }],
  "technology.gasAbatement": [96],
  "technology.yieldModel": [2],
  "technology.waferDiameter": [200],
  "deployment.region": ["taiwan"],
  "hardware.package.dies.last.node": ["7 nm"],
  "hardware.package.interposer.node": ["28 nm", "14 nm"],
  "model(*).*.sparsity.weights": ["1:4", 0.75],
  "model(*).*.sparsity.method": ["magnitude", "retrained"],
  "model(*).*.tokenReduction.layers": [[2], [1, 2]],
  "model(*).*.activationSparsity.threshold": [0.01],
  "model(*).*.activationSparsity.curve.last.threshold": [0.03],
  "model(*).*.activationSparsity.curve.last.kept": [0.5],
  "model(*).*.activationSparsity.curve.last.accuracy": [0.6],
  "deployment.gridHours": [Array.from({ length: 24 }, (_, i) => 400 - 10 * i)],
  "deployment.gridTrace": [trace(24, 90), trace(48, 100)],
  "deployment.gridTrace.values": [Array.from({ length: 24 }, (_, i) => 400 - 10 * i)],
  "deployment.gridTrace.region": ["elsewhere"],
  "deployment.canWait": ["25 %"],
  "deployment.carbonPrice": ["70 EUR/t"],
  "accuracy.metric": ["imagenet-1k-zero-shot", "theirs"],
  "accuracy.command": [["node", "program.mjs", "refuse-four", "log"]],
  "accuracy.ignore": [["precision"]],
  "accuracy.confidence": [0.6],
  "search.reference": [{ latency: "1 s", energy: "1 J" }],
};

const SOURCES = { version: "1", core: "core", tables: "tables" };
const SEARCHED = ["space", "mode", "objectives", "constraints", "search", "accuracy", "name", "description"];
/**
 * How tensors are stored and computed is said for each class of each tower, some two thousand leaves. Not looked at here; what they
 * change is in test/unit/spec/quantisation.test.ts, test/unit/evaluate/quantised.test.ts and test/property/evaluate/own-bytes.test.ts.
 */
const isElsewhere = ({ path }: Leaf): boolean =>
  ["quantisation", "formats", "besideArrays", "besideProducts"].some((section) => path.includes(section));
const leaves = leavesOf(studyJsonSchema(FACTOR_NAMES) as SchemaNode).filter((leaf) => !isElsewhere(leaf));

/** A study as it is loaded. */
interface Loaded {
  readonly study: Study;
  /** All of it but its own text. */
  readonly text: string;
  readonly hash: string;
}

interface Looked {
  readonly result: string;
  /** Points of the trials, where a search was run. */
  readonly trials: readonly string[];
}

let runs = 0;

/** What an answer is; null: the file is refused, or the machine has no such sizes. */
async function orRefused<Answer>(ask: () => Answer | Promise<Answer>): Promise<Answer | null> {
  try {
    return await ask();
  } catch (error) {
    if ([SpecError, CostError, InputError, AccuracyRefusal].some((known) => error instanceof known)) return null;
    throw error;
  }
}

function load(tree: Tree): Loaded {
  const study = readStudy(readYaml(JSON.stringify(tree), join(folder, "study.yaml")), FACTOR_NAMES);
  const { studyHash: hash } = identityOf(study, SOURCES);
  const text = JSON.stringify({ ...study, document: "" }, (_, value: unknown) =>
    value === Infinity ? "unlimited" : value,
  );
  return { study, text, hash };
}

/** What a search learns of a study. */
function look({ study: each }: Loaded, isSearched: boolean): Looked | Promise<Looked> {
  if (isSearched) return searched(each);
  const evaluator = createDesignEvaluator(designContext(each));
  return { result: JSON.stringify([evaluator.outcome({}), evaluator.detail({})?.metrics]), trials: [] };
}

/** A whole search: its trials, and what its record says beside the words of the study and the hash. */
async function searched(each: Study): Promise<Looked> {
  const out = join(folder, String((runs += 1)));
  const { signal } = new AbortController();
  await runSearch(each, createSpace(each.space), {
    folder: out,
    file: "study.yaml",
    workers: 1,
    isResumed: false,
    signal,
  });
  const record = JSON.parse(readFileSync(join(out, "front.json"), "utf8")) as RunRecord;
  const said = { ...record, study: record.study.spaceSize, provenance: "" };
  const trials = readSqliteStore(join(out, "trials.db")).trials.map((trial) => JSON.stringify(trial));
  return { result: JSON.stringify([said, trials]), trials };
}

/** By a whole search, and by one design. */
const bases = [new Map<Tree, Promise<Looked | null>>(), new Map<Tree, Promise<Looked | null>>()] as const;
const loadedBases = new Map<Tree, Promise<Loaded | null>>();

const known = <Answer>(all: Map<Tree, Promise<Answer>>, carrier: Tree, ask: () => Promise<Answer>): Promise<Answer> => {
  const answer = all.get(carrier) ?? ask();
  all.set(carrier, answer);
  return answer;
};
const loadedBaseOf = (carrier: Tree): Promise<Loaded | null> =>
  known(loadedBases, carrier, () => orRefused(() => load(carrier)));
const baseOf = (carrier: Tree, loaded: Loaded, isSearched: boolean): Promise<Looked | null> =>
  known(bases[isSearched ? 0 : 1], carrier, () => orRefused(() => look(loaded, isSearched)));

interface Change {
  readonly text: string;
  readonly isIdentityNew: boolean;
  readonly isResultNew: boolean;
  /** Whether a run may go on with the change: the trials that both have are the same, or the design is. */
  readonly isSameCourse: boolean;
}

/** Steps of the way to a leaf that a carrier has. */
const depthIn = (carrier: Tree, path: readonly string[]): number =>
  path.filter((_, at) => valueIn(carrier, path.slice(0, at + 1)) !== undefined).length;

/**
 * Changes of one leaf, in every carrier that has its place, until one shows in identity and result. Carriers that have most of the way
 * to the leaf come first. One change of each carrier comes before the second of any: what does not show in a carrier seldom shows there
 * by another amount.
 */
async function* changesOf(leaf: Leaf): AsyncGenerator<Change> {
  let open = carriersOf(leaf)
    .map((carrier) => ({ carrier, depth: depthIn(carrier, leaf.path) }))
    .sort((a, b) => b.depth - a.depth)
    .map(({ carrier, depth }) => changesIn(leaf, carrier, depth >= leaf.path.length - 1));
  while (open.length > 0) {
    const left: typeof open = [];
    for (const changes of open) {
      const { value } = await changes.next();
      if (value === undefined) continue;
      yield value;
      left.push(changes);
    }
    open = left;
  }
}

/**
 * Changes of one leaf in a carrier.
 *
 * @param isHeld whether the map that would hold the leaf is there; where a new one is refused with a value, others are not tried
 */
async function* changesIn(leaf: Leaf, carrier: Tree, isHeld: boolean): AsyncGenerator<Change, undefined> {
  const isSearched = SEARCHED.includes(leaf.path[0]!);
  const name = nameOf(leaf);
  const current = valueIn(carrier, leaf.path);
  for (const value of [...(VALUES[listed(VALUES, name) ?? name] ?? []), ...otherValues(leaf.schema, current)]) {
    const tree = withValue(carrier, leaf.path, value);
    const changed = tree === undefined ? null : await orRefused(() => load(tree as Tree));
    // Not every tower takes every extra. What is refused is no change, nor is a default that is written out.
    if (changed === null && !isHeld) return;
    const base = changed === null ? null : await loadedBaseOf(carrier);
    if (changed === null || base === null || changed.text === base.text) continue;
    const now = await orRefused(() => look(changed, isSearched));
    const before = now === null ? null : await baseOf(carrier, base, isSearched);
    if (now === null || before === null) continue;
    const shared = Math.min(before.trials.length, now.trials.length);
    yield {
      text: `${name}: ${JSON.stringify(current)} → ${JSON.stringify(value)}`,
      isIdentityNew: changed.hash !== base.hash,
      isResultNew: now.result !== before.result,
      isSameCourse: !isSearched
        ? now.result === before.result
        : before.trials.slice(0, shared).join() === now.trials.slice(0, shared).join(),
    };
  }
}

/** The leaf as the loaded study names it. */
const inStudy = ({ path }: Leaf): string =>
  (["model", "hardware", "deployment", "technology", "schedule"].includes(path[0]!) ? ["specs", ...path] : path).join(
    ".",
  );

describe("every leaf of a study", () => {
  it.each(leaves.map((leaf) => [nameOf(leaf), leaf] as const))("%s", async (name, leaf) => {
    const decides = !Object.hasOwn(DECIDES_NO_TRIAL, inStudy(leaf));
    let isSeen = false;
    let isMoved = false;
    let tried = 0;
    const isListed = listed(CHANGES_NO_RESULT, name) !== undefined;
    for await (const change of changesOf(leaf)) {
      isSeen = true;
      if (isListed && (tried += 1) > mostTried(leaf)) break;
      expect(change.isIdentityNew || !decides, `${change.text} leaves the identity as it is`).toBe(true);
      // What a run may be resumed with must not change what it has stored.
      if (!change.isIdentityNew) expect(change.isSameCourse, `${change.text} changes stored trials`).toBe(true);
      isMoved ||= change.isResultNew;
      if (isMoved) break;
    }
    expect(isSeen || isListed, "no carrier has a place for it").toBe(true);
    expect(isMoved ? "changes a result" : "changes no result").toBe(
      isListed ? "changes no result" : "changes a result",
    );
  });

  it("the lists name nothing that is not there", () => {
    const names = new Set(leaves.flatMap((leaf) => [nameOf(leaf), generalOf(nameOf(leaf))]));
    expect(Object.keys(CHANGES_NO_RESULT).filter((name) => !names.has(name))).toEqual([]);
  });
});
