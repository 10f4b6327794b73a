import { expect, test } from "vitest";
import { energyCoefficients, gemmEnergy } from "../../../src/cost/index.ts";
import {
  createDecomposition,
  evaluate,
  type DecompositionRequest,
  type PartPoint,
} from "../../../src/evaluate/index.ts";
import { gemmFloor } from "../../../src/evaluate/decompose/floor.ts";
import { createRandom } from "../../../src/random/index.ts";
import { simulateGemms } from "../../../src/sim/index.ts";
import {
  applySettings,
  loadHardware,
  loadModel,
  loadStudy,
  parseSetting,
  settingsOfPoint,
  specSetOf,
} from "../../../src/spec/index.ts";
import { buildWorkload, type GemmOperator } from "../../../src/workload/index.ts";

const study = loadStudy("examples/clip-vit-b16.yaml");
const base = study.specs;

const request = (changes: Partial<DecompositionRequest> = {}): DecompositionRequest => ({
  base,
  mapping: { objective: "carbon", effort: "fast" },
  accuracyMetric: "clip-benchmark-mean",
  objectives: ["accuracy", "carbon_total_kgCO2e"],
  limits: [{ metric: "latency_s", comparison: "<=", limit: 0.05, text: "latency <= 50 ms" }],
  hardware: [{}],
  towers: [[{}], [{}]],
  ...changes,
});

test("equal GEMMs of all options are simulated once", () => {
  const text: PartPoint[] = [6, 9, 12].map((layers) => ({ "model.text.layers": layers }));
  const decomposition = createDecomposition(request({ towers: [text, [{}]] }));
  const shapes = buildWorkload(base.model, 1).operators.filter(({ type }) => type === "gemm");
  expect(decomposition.shapeCount).toBeLessThanOrEqual(shapes.length);
  decomposition.tables(0);
  expect(decomposition.simulationCount).toBe(decomposition.shapeCount);
});

test("what tables were made from gives the same tables again, bit for bit, and simulates nothing", () => {
  const text: PartPoint[] = [6, 9].map((layers) => ({ "model.text.layers": layers }));
  const hardware: PartPoint[] = [{}, { "array.rows": 8 }, { "globalBuffer.size": "8 KiB" }];
  const changes = { towers: [text, [{}]] as const, hardware };
  const decomposition = createDecomposition(request(changes));
  const other = createDecomposition(request(changes));
  for (const chip of hardware.keys()) {
    const tables = decomposition.tables(chip);
    if (tables.kind !== "tables") throw new Error("ruled out");
    expect(other.tables(chip, tables.made)).toEqual(tables);
  }
  expect(decomposition.simulationCount).toBe(hardware.length * decomposition.shapeCount);
  expect(other.simulationCount).toBe(0);
  expect(() => other.tables(0, new Float64Array(1))).toThrow("1 costs of");
});

test("settings that do not fit together: refused options, and hardware that breaks with the reason", () => {
  const decomposition = createDecomposition(
    request({ towers: [[{}, { "model.text.kvHeads": 3 }], [{}]], hardware: [{}, { "array.rows": 0 }] }),
  );
  expect(decomposition.optionCounts).toEqual([1, 1]);
  expect(decomposition.refused[0]).toEqual([{ reason: expect.stringContaining("kvHeads") as string, count: 1 }]);
  const tables = decomposition.tables(1);
  expect(tables.kind).toBe("ruled-out");
  expect(decomposition.floor(1)).toBe(null);
});

test("hardware is ruled out by every limit that it breaks alone", () => {
  const limits = [
    { metric: "area_mm2", comparison: "<=" as const, limit: 1, text: "area <= 1 mm2" },
    { metric: "peak_TOPS", comparison: "<=" as const, limit: 1, text: "peak <= 1 TOPS" },
  ];
  const tables = createDecomposition(request({ limits })).tables(0);
  expect(tables.kind === "ruled-out" && tables.breaks.map(({ constraint }) => constraint)).toEqual([
    "area <= 1 mm2",
    "peak <= 1 TOPS",
  ]);
});

test("DRAM that is too small for some pairs: two limits, and an exact count", () => {
  const vision: PartPoint[] = [1, 12].map((layers) => ({ "model.vision.layers": layers }));
  const text: PartPoint[] = [1, 12].map((layers) => ({ "model.text.layers": layers }));
  const decomposition = createDecomposition(
    request({ towers: [text, vision], hardware: [{ "dram.capacity": "120 MB" }] }),
  );
  expect(decomposition.limits.map(({ metric }) => metric)).toEqual(["dram_beyond_first_B", "dram_beyond_second_B"]);
  const tables = decomposition.tables(0);
  if (tables.kind !== "tables") throw new Error("ruled out");
  const outcomes = text.flatMap((a) =>
    vision.map((b) => {
      const point = { ...a, ...b, "dram.capacity": "120 MB" };
      return evaluate({ ...applySettings(base, settingsOfPoint(point)), mapper: study.mapping });
    }),
  );
  const beyond = outcomes.flatMap((each) => (each.kind === "infeasible" ? [each.by] : []));
  expect(beyond.length).toBeGreaterThan(0);
  expect(tables.counted).toMatchObject([
    { constraint: "dram.capacity", designCount: beyond.length, by: Math.min(...beyond), unit: "B" },
  ]);
});

test("models with one tower", () => {
  const bert = loadModel("bert-tiny");
  const decomposition = createDecomposition(
    request({
      base: { ...base, model: bert, hardware: loadHardware("catransformers-22nm") },
      accuracyMetric: "glue",
      towers: [[{ "model.text.layers": 1 }, { "model.text.layers": 2 }], [{}]],
    }),
  );
  const tables = decomposition.tables(0);
  if (tables.kind !== "tables") throw new Error("ruled out");
  const { a } = tables.variants[0]!.columns[decomposition.metrics.indexOf("latency_s at most 0.05")]!;
  expect(a![1]).toBeGreaterThan(a![0]!);
  expect(decomposition.accuracy).toMatchObject({ kind: "pairs" });
});

test("no simulated GEMM takes less time or energy than its floor", () => {
  const random = createRandom(5);
  const gemms = buildWorkload(base.model, 1).operators.filter((each): each is GemmOperator => each.type === "gemm");
  for (let i = 0; i < 60; i += 1) {
    const point = Object.fromEntries(
      study.space
        .filter(({ path }) => !path.startsWith("model."))
        .map(({ path, values }) => [path, random.pick(values)]),
    );
    const { hardware, technology } = applySettings(base, settingsOfPoint(point));
    const energy = energyCoefficients(hardware, technology);
    if ("total" in energy) throw new Error(energy.reason);
    for (const objective of ["latency", "carbon"] as const) {
      const results = simulateGemms(hardware, gemms, { objective, energy });
      results.forEach((result, g) => {
        if (result.kind === "unmappable") return;
        const floor = gemmFloor(gemms[g]!, hardware, energy);
        expect(result.timing.cycles).toBeGreaterThanOrEqual(floor.cycles);
        expect(gemmEnergy(result.counters, result.timing.cycles, energy).total).toBeGreaterThanOrEqual(floor.energy);
      });
    }
  }
});

test("no design whose arrays skip zeros takes less time or energy than its floor", () => {
  const chip = loadHardware("catransformers-22nm");
  const format = { input: 8, weight: 8, format: "int", rate: 2, sparsity: "2:4" } as const;
  const settings = ["quantisation.weights=8", "quantisation.activations=8", "sparsity.weights=2:4"].map(parseSetting);
  const parts = { model: loadModel("vit-s16"), hardware: { ...chip, formats: [format] } };
  const decomposition = createDecomposition(
    request({
      base: specSetOf(applySettings(parts, settings)),
      accuracyMetric: null,
      objectives: ["energy_total_J", "latency_s"],
      limits: [],
      hardware: ["2 MiB", "64 MiB"].map((size) => ({ "globalBuffer.size": size })),
    }),
  );
  for (const hardware of [0, 1]) {
    const tables = decomposition.tables(hardware);
    const floor = decomposition.floor(hardware)!;
    if (tables.kind !== "tables") throw new Error("ruled out");
    for (const [c, { a }] of tables.variants[0]!.columns.entries())
      expect(a![0]).toBeGreaterThanOrEqual(floor.columns[c]!.a![0]!);
  }
});
