import { describe, expect, it } from "vitest";
import { evaluate, type Evaluation } from "../../../src/evaluate/index.ts";
import {
  applySettings,
  loadHardware,
  loadModel,
  parseSetting,
  specSetOf,
  type Hardware,
  type ScheduleSettings,
} from "../../../src/spec/index.ts";
import { pesOf } from "../../../src/spec/hardware.ts";

const MODELS = [
  [
    "llama-3.2-1b",
    "model.text.layers=2",
    "model.text.tokens=700",
    "model.generatedTokens=3",
    "model.contextTokens=100",
  ],
  [
    "llama-3.2-1b",
    "model.text.layers=2",
    "model.text.tokens=300",
    "model.text.attention=chunk:100",
    "model.generatedTokens=2",
  ],
  ["bert-tiny", "model.text.tokens=300"],
  ["clip-vit-b16", "model.text.layers=1", "model.vision.layers=1"],
] as const;

const CHIPS: readonly (readonly [string, Partial<Hardware>?])[] = [
  ["a100"],
  ["h100", { formats: [{ input: 8, weight: 8, format: "fp", rate: 2 }] }],
  ["catransformers-22nm", { formats: [{ input: 8, weight: 4, format: "int", rate: 4 }] }],
  ["tpu-v4i"],
];

const WIDTHS: readonly (readonly string[])[] = [
  [],
  ["precision.weight=4"],
  ["quantisation.weights=int4:128", "quantisation.kv=8"],
  ["quantisation.weights=fp8", "quantisation.activations=fp8", "quantisation.kv=fp8"],
  ["quantisation.weights.1=4", "quantisation.activations=8", "quantisation.kv=4", "quantisation.norms=16"],
];

const SCHEDULES: readonly ScheduleSettings[] = [
  { fusion: "none", activations: false, weights: false, prefetch: false },
  { fusion: "attention", activations: false, weights: false, prefetch: false },
  { fusion: "all", activations: true, weights: false, prefetch: true },
];

const cases = MODELS.flatMap(([model, ...shape]) =>
  CHIPS.flatMap(([chip, more]) =>
    WIDTHS.flatMap((widths) =>
      SCHEDULES.map((schedule) => ({ model, shape, chip, more: more ?? {}, widths, schedule })),
    ),
  ),
);

function run({ model, shape, chip, more, widths, schedule }: (typeof cases)[number]): Evaluation {
  const hardware = { ...loadHardware(chip), ...more };
  const specs = applySettings({ model: loadModel(model), hardware }, [...shape, ...widths].map(parseSetting));
  const result = evaluate({ ...specSetOf(specs), schedule, mapper: { objective: "latency", effort: "fast" } });
  if (result.kind !== "evaluated") throw new Error(result.detail);
  return result;
}

/** Whole cycles may be lost where a transfer does not fill its last one. */
const ALMOST = 1 - 1e-9;

describe.each(cases)("$model $shape on $chip, $widths, fusion $schedule.fusion", (each) => {
  const evaluation = run(each);
  const { design, operators, cycles, latency_s } = evaluation;
  const { dram, clock } = design.hardware;

  it("is no faster than its own bytes over bandwidth", () => {
    const read = operators.reduce((sum, { count, traffic }) => sum + count * traffic.dram.read, 0);
    const written = operators.reduce((sum, { count, traffic }) => sum + count * traffic.dram.written, 0);
    const { port } = dram!;
    const seconds = (bytes: number, { bytes: per, cycles: over }: typeof port.read) => (bytes * over) / per / clock;
    const reads = seconds(read, port.read);
    const writes = seconds(written, port.write);
    expect(latency_s).toBeGreaterThanOrEqual((port.shared ? reads + writes : Math.max(reads, writes)) * ALMOST);
  });

  it("is no faster than the MACs that it executes over their peak", () => {
    const native = operators.reduce((sum, { count, macs, format }) => sum + (count * macs) / format.rate, 0);
    expect(cycles).toBeGreaterThanOrEqual((native / pesOf(design.hardware)) * ALMOST);
    expect(evaluation.utilisation).toBeLessThanOrEqual(1);
    expect(evaluation.macsExecuted).toBeLessThanOrEqual(evaluation.macs);
    expect(evaluation.macsExecuted).toBe(operators.reduce((sum, { count, macs }) => sum + count * macs, 0));
    if (each.schedule.fusion === "none" || each.model === "bert-tiny")
      expect(evaluation.macsExecuted).toBe(evaluation.macs);
  });

  it("needs in DRAM what it says of its parts", () => {
    const { weights, kvCache, activations } = evaluation.needed;
    expect(Math.abs(evaluation.dramNeeded_B - (weights + kvCache + activations))).toBeLessThanOrEqual(2);
  });
});
