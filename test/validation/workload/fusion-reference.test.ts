import { parse } from "csv-parse/sync";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { evaluate } from "../../../src/evaluate/index.ts";
import { check } from "../../../src/spec/issues.ts";
import { modelSchema } from "../../../src/spec/model-schema.ts";
import { defaultDeployment, loadHardware, type Hardware } from "../../../src/spec/index.ts";

const SHAPES = {
  "gpt3_6.7B": { hidden: 4096, heads: 32, kvHeads: 32, ffn: 16384, gated: false },
  gpt3_175B: { hidden: 12288, heads: 96, kvHeads: 96, ffn: 49152, gated: false },
  llama3_8B: { hidden: 4096, heads: 32, kvHeads: 8, ffn: 14336, gated: true },
  mixtral8x22B: { hidden: 6144, heads: 48, kvHeads: 8, ffn: 16384, gated: true },
} as const;
type Shape = keyof typeof SHAPES;

const BITS = { input: 16, weight: 16, accumulator: 16, output: 16 } as const;
const chip = loadHardware("tpu-v4i");
/** No bound on what is on chip, so that every operand moves once. */
const MACHINES: Readonly<Record<string, Hardware>> = {
  tpu_v4i: { ...chip, precision: { ...BITS, format: "bf16" } },
  snowcat: {
    ...chip,
    precision: { ...BITS, format: "bf16" },
    globalBuffer: { ...chip.globalBuffer!, size: Infinity },
  },
};

/** Work that the reference has. */
const KINDS = new Set(["qkv", "scores", "softmax", "context", "output-projection", "ffn-up", "ffn-gate", "ffn-down"]);

function bytesOf(architecture: string, name: Shape, parameters: string): number {
  const shape = SHAPES[name];
  const tokens = Number(/N_NEW_TOKENS=(\d+)/.exec(parameters)![1]);
  const cached = Number(/N_CACHED_TOKENS=(\d+)/.exec(parameters)?.[1] ?? 0);
  const { hidden, heads, kvHeads, ffn, gated } = shape;
  const experts = name === "mixtral8x22B" ? { count: 8, active: 2, ffn } : undefined;
  const model = check(modelSchema, {
    ...{ file: "file", text: "", spans: new Map() },
    value: {
      ...{ name, family: "decoder", tiedEmbedding: true, head: "none", contextTokens: cached },
      text: {
        ...{ layers: 1, hidden, heads, kvHeads, headSize: 128, ffn, gated, tokens, vocabulary: 100, bias: false },
        ...{ position: "rotary", causal: true, ...(experts === undefined ? {} : { experts }) },
      },
    },
  });
  const hardware = MACHINES[architecture]!;
  const result = evaluate({
    ...{ model, hardware: { ...hardware, dram: { ...hardware.dram!, capacity: 1e12 } } },
    ...{ deployment: defaultDeployment(), technology: { profile: "calibrated", factors: {} } },
    mapper: { objective: "latency", effort: "fast" },
  });
  if (result.kind !== "evaluated") throw new Error(result.detail);
  const own = result.operators.filter(({ kind, name: each }) => KINDS.has(kind) || /gating$/.test(each));
  const moved = own.reduce((sum, { count, traffic }) => sum + count * (traffic.dram.read + traffic.dram.written), 0);
  // Query, key and value read the layer's input each by itself there, and together here.
  return moved + 2 * tokens * hidden * (BITS.input / 8);
}

interface Row {
  readonly architecture: string;
  readonly workload: Shape;
  readonly parameters: string;
  readonly dram_bytes: string;
}

const text = readFileSync(new URL("../../fixtures/fusion/accelforge.csv", import.meta.url), "utf8");
const rows = parse<Row>(text, { columns: true });

describe("least off-chip traffic of unfused layers, within 2 %", () => {
  it("has every row", () => expect(rows).toHaveLength(6));

  it.each(rows)("$architecture $workload $parameters", ({ architecture, workload, parameters, dram_bytes }) => {
    const ratio = bytesOf(architecture, workload, parameters) / Number(dram_bytes);
    expect(ratio).toBeGreaterThan(0.98);
    expect(ratio).toBeLessThan(1.02);
  });
});
