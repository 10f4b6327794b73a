import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { dryRunText } from "../../../src/cli/search/dry-run.ts";
import { FACTOR_NAMES } from "../../../src/cost/index.ts";
import { createSpace } from "../../../src/search/index.ts";
import { packageRoot } from "../../../src/package-root.ts";
import { readStudy, readYaml, type Study } from "../../../src/spec/index.ts";
import { bruteForce, enumerated } from "./subspace.ts";

/** A study as a user writes it. */
const studyOf = (text: string): Study => readStudy(readYaml(text, "study.yaml"), FACTOR_NAMES);

const CLIP = `name: s
model: clip-vit-b16
hardware: catransformers-22nm
space:
  model.text: { layers: [6, 9, 12], heads: [4, 8] }
  model.vision: { layers: [6, 12], ffn: [1536, 3072] }
  array.rows: [64, 256]
  array.cols: [8, 16]
`;
/** Operators one after the other, which exact searches ask for. */
const GAUDI_2 = parse(readFileSync(new URL("presets/hardware/gaudi-2.yaml", packageRoot), "utf8")) as {
  readonly vector: object;
};
/** Where the most power is taken depends on the towers. */
const GAUDI = `name: s
model: clip-vit-b16
hardware: ${JSON.stringify({ ...GAUDI_2, vector: { ...GAUDI_2.vector, besideProducts: false } })}
space:
  model.text: { layers: [6, 12], heads: [4, 8], ffn: [1024, 2048] }
  model.vision: { layers: [6, 12], ffn: [1536, 3072], heads: [6, 12] }
  array.rows: [128, 256]
`;
const VIT = `name: s
model: vit-s16
hardware: catransformers-22nm
accuracy: { metric: imagenet-1k }
`;

/** Seven tenths of the work wait for clean hours; the slower designs are busy most of the day. */
const WAITS = `deployment: { gridHours: [${Array.from({ length: 24 }, (_, hour) => 40 + 30 * ((hour * 7) % 24)).join(", ")}], hoursPerDay: 24, rate: 45/s, canWait: 70 %, carbonPrice: 80 EUR/t }
`;

/** Kind of package, nodes and number of dies beside the chip's own sizes, with the model. */
const DIES = `name: s
model: clip-vit-b16
hardware: ${JSON.stringify({
  ...{ name: "dies", clock: "625 MHz", node: "7 nm", cores: 4 },
  array: { kind: "dot-product", rows: 64, cols: 8, unroll: "flexible", registers: { words: 32, holds: ["weight"] } },
  localBuffer: { size: "64 KiB" },
  globalBuffer: { size: "4 MiB" },
  dram: { type: "LPDDR4", capacity: "512 MB" },
  package: {
    kind: "3d",
    dies: [
      { name: "compute", holds: ["arrays", "vector", "localBuffers", "phy"] },
      { name: "memory", holds: ["globalBuffer"] },
    ],
  },
})}
space:
  model.text: { layers: [6, 12] }
  package.kind: [2d, 2.5d, 3d]
  package.dies.1.count: [1, 2]
  package.dies.2.node: [7 nm, 22 nm]
  package.link.bandwidth: [4 GB/s, 400 GB/s]
  array.rows: [64, 128]
`;

/** What the study asks beside its space, the sizes that it prints, and whether latency limits send designs to a second look. */
const CASES: readonly (readonly [name: string, study: string, printed: readonly string[]])[] = [
  [
    "mode carbon",
    `${CLIP}mode: carbon\nconstraints: [latency <= 12 ms]\n`,
    ["s: 96 designs", "text tower: 6", "vision tower: 4", "hardware: 4"],
  ],
  ["kinds of packages", `${DIES}objectives: [min carbon, min latency, min cdp]\n`, ["s: 96 designs"]],
  ["mode latency", `${CLIP}mode: latency\n`, ["s: 96 designs"]],
  ["mode energy", `${CLIP}mode: energy\nconstraints: [latency <= 15 ms]\n`, ["min energy_total_J"]],
  ["mode all", `${CLIP}mode: all\n`, ["max accuracy, min carbon_total_kgCO2e, min latency_s"]],
  ["mode carbon-latency", `${CLIP}mode: carbon-latency\n`, ["max accuracy, min carbon_total_kgCO2e, min latency_s"]],
  ["mode all-hw", `${CLIP}mode: all-hw\n`, ["s: 4 designs", "kept as they are by mode all-hw: model.text.layers"]],
  [
    "mode energy-model",
    `${CLIP}mode: energy-model\nconstraints: [latency <= 30 ms]\n`,
    ["s: 24 designs", "kept as they are by mode energy-model: array.rows, array.cols"],
  ],
  [
    "one objective",
    `${CLIP}objectives: [min energy]\nconstraints: [accuracy >= 45 %, latency <= 15 ms]\n`,
    ["accuracy >= 45 %"],
  ],
  [
    "four objectives",
    `${CLIP}objectives: [max accuracy, min carbon, min latency, min energy]\n`,
    ["min energy_total_J"],
  ],
  ["a product", `${CLIP}objectives: [max accuracy, min edp]\n`, ["min edp_Js"]],
  [
    "a product and its factor",
    `${CLIP}objectives: [min tcdp, min latency]\nconstraints: [accuracy >= 42 %]\n`,
    ["min tcdp_kgCO2e_s"],
  ],
  [
    "a limit on a product",
    `${CLIP}objectives: [max accuracy, min area]\nconstraints: [edp <= 0.5 mJ*s]\n`,
    ["edp <= 0.5 mJ*s"],
  ],
  [
    "a product of three",
    `${CLIP}objectives: [max accuracy, min ed2p]\nconstraints: [ed2p <= 5 uJ*s2]\n`,
    ["min ed2p_Js2"],
  ],
  ["the largest over the operators", `${GAUDI}objectives: [max accuracy, min peak-power]\n`, ["min peak_power_W"]],
  [
    "a limit on the largest over the operators",
    `${GAUDI}mode: latency\nconstraints: [peak-power <= 0.23 kW]\n`,
    ["peak-power <= 0.23 kW"],
  ],
  [
    "the largest over the operators of one tower",
    `${VIT}space:\n  model.vision: { layers: [6, 12], ffn: [768, 1536] }\n  array.rows: [16, 64]\n  cores: [1, 2]\nobjectives: [max accuracy, min peak-power, min edp]\nconstraints: [peak-power <= 16 W]\n`,
    ["min peak_power_W"],
  ],
  ["four sums", `${CLIP}objectives: [min operational, min embodied, min area, min cdp]\n`, ["min cdp_kgCO2e_s"]],
  [
    "all kinds of limits",
    `${CLIP}mode: latency\nconstraints: [carbon <= 0.8 kgCO2e, embodied <= 0.6 kgCO2e, operational <= 0.18 kgCO2e, energy <= 40 mJ, area <= 20 mm2, peak <= 4 TOPS, accuracy >= 40 %]\n`,
    ["peak <= 4 TOPS"],
  ],
  [
    "layer by layer",
    `${VIT}space:\n  model.vision: { layers: 12, ffn: { 1-4: [768, 1536], 5-8: [768, 1536], 9-12: [768, 1536] }, heads: { 12: [3, 6] } }\n  cores: [1, 2]\nmode: latency\n`,
    ["s: 32 designs", "vision tower: 16 (5 parameters)", "hardware: 2"],
  ],
  [
    "conditions within a part",
    `${VIT}space:\n  model.vision: { layers: [6, 12], ffn: { 7-12: { values: [768, 1536], when: { model.vision.layers: [12] } } } }\n  array.unroll: [fixed, flexible]\n  array.dataflow: { values: [weight-stationary, output-stationary], when: { array.unroll: fixed } }\nmode: latency\n`,
    ["s: 9 designs", "vision tower: 3", "hardware: 3"],
  ],
  [
    "carbon of work that waits",
    `${CLIP}${WAITS}objectives: [max accuracy, min carbon]\nconstraints: [carbon <= 16 kgCO2e]\n`,
    ["min carbon_total_kgCO2e"],
  ],
  [
    "carbon of work that waits, in a site with a PUE",
    `${CLIP}${WAITS.replace("{ gridHours", "{ class: server, pue: 1.6, gridHours")}objectives: [max accuracy, min carbon]\nconstraints: [carbon <= 80 kgCO2e]\n`,
    ["min carbon_total_kgCO2e"],
  ],
  [
    "its price, its product with time, and the time",
    `${CLIP}${WAITS}objectives: [min cost_carbon, min tcdp, min latency]\n`,
    ["min cost_carbon"],
  ],
  [
    "deployment, technology and memory",
    `${VIT}space:\n  model.vision.layers: [6, 12]\n  deployment.region: [california, taiwan]\n  deployment.lifetime: [2 years, 4 years]\n  dram.capacity: [512 MB, 1 GB]\n  technology.profile: [calibrated, published]\nmode: carbon\nconstraints: [latency <= 1 s]\n`,
    ["s: 32 designs", "deployment: 4 (2 parameters)", "technology: 2", "hardware: 2"],
  ],
];

test.each(CASES)(
  "%s: the exact front is that of brute force, and the dry run says what is searched",
  async (_, text, printed) => {
    const study = studyOf(text);
    const brute = bruteForce(study);
    const dryRun = dryRunText(study, createSpace(study.space), null);
    for (const part of printed) expect(dryRun).toContain(part);
    for (const isBounded of [true, false]) {
      const { front, result } = await enumerated(study, isBounded);
      expect(result.coveredCount).toBe(brute.outcomes.length);
      const keys = new Set(brute.front.map(({ key }) => key));
      expect(front.filter(({ key }) => !keys.has(key))).toEqual([]);
      expect(front.reduce((sum, { designs }) => sum + designs, 0)).toBe(keys.size);
      expect(front.length).toBeGreaterThan(0);
      const own = new Map(brute.front.map(({ key, values }) => [key, values]));
      for (const { key, values } of front)
        values.forEach((value, i) => expect(value / own.get(key)![i]!, key).toBeCloseTo(1, 10));
    }
  },
);
