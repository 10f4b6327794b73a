import { describe, expect, it } from "vitest";
import { evaluate, type OperatorEvaluation } from "../../../src/evaluate/index.ts";
import { prefetchBetween, withPrefetch } from "../../../src/evaluate/prefetch.ts";
import {
  applySettings,
  defaultDeployment,
  loadHardware,
  loadModel,
  parseSetting,
  PLAIN_SCHEDULE,
} from "../../../src/spec/index.ts";
import { buildWorkload } from "../../../src/workload/index.ts";

// DRAM of 128 B/cycle, reads and writes each; no latency.
const hardware = loadHardware("catransformers-22nm");
const costing = {
  hardware,
  technology: { profile: "calibrated", factors: {} },
  mapper: { objective: "latency", effort: "fast" },
  coefficients: null,
} as const;
const NOTHING = { read: 0, written: 0 };

function operator(cycles: number, read: number, written: number, prefetchedBytes = 0): OperatorEvaluation {
  return {
    ...{
      name: "a",
      kind: "qkv",
      tower: "text",
      layer: null,
      phase: null,
      count: 3,
      macs: 1,
      cycles,
      energy: {},
      utilisation: 1,
    },
    ...{ bound_by: "compute", traffic: { dram: { read, written }, global: NOTHING, local: NOTHING } },
    ...{ portCycles: { dram: 0, global: 0, local: 0 } },
    ...{ prefetchedBytes, waitCycles: 0, besideCycles: 0, launchCycles: 0, gemm: null, charged: null, vector: null },
    format: { rate: 1, computed: null },
  };
}

describe("withPrefetch", () => {
  it("hides what the idle port can carry: 1,000 cycles, 500 of them busy, leave room for 64,000 bytes", () => {
    const [hidden] = withPrefetch([operator(1000, 64_000, 0)], 64_000, costing);
    expect(hidden).toMatchObject({ cycles: 1000, waitCycles: 0 });
    const [late] = withPrefetch([operator(1000, 64_000, 0)], 64_000 + 128 * 7, costing);
    expect(late).toMatchObject({ cycles: 1007, waitCycles: 7 });
  });

  it("adds up the parts of a slot, and leaves out what was fetched for them before", () => {
    const parts = [operator(600, 64_000, 0, 64_000), operator(400, 12_800, 99_999)];
    // 100 cycles of 1,000 are busy with reads; writes have a port of their own.
    expect(withPrefetch(parts, 900 * 128, costing)).toEqual(parts);
    expect(withPrefetch(parts, 901 * 128, costing).map(({ cycles }) => cycles)).toEqual([600, 401]);
  });

  it("waits for writes too where they share the port, and for DRAM's latency", () => {
    const port = { ...hardware.dram!.port, shared: true, latency: 40 as never };
    const shared = { ...costing, hardware: { ...hardware, dram: { ...hardware.dram!, port } } };
    const [late] = withPrefetch([operator(1000, 64_000, 12_800)], 60_000, shared);
    // ⌈124,000 / 128⌉ = 969, ⌈12,800 / 128⌉ = 100, 40 of latency.
    expect(late).toMatchObject({ cycles: 1109, waitCycles: 109, bound_by: "compute" });
    // Longer than its own work: it is the memory that it waits for.
    expect(withPrefetch([operator(100, 0, 0)], 128 * 300, costing)[0]).toMatchObject({ cycles: 300, bound_by: "dram" });
  });
});

describe("prefetchBetween", () => {
  it("is for weights of the next operator in the same layer, at their width", () => {
    const { operators } = buildWorkload(loadModel("vit-b16"), 1);
    const at = (name: string) => operators.findIndex((each) => each.name.endsWith(name));
    const between = (i: number) => prefetchBetween(operators[i]!, operators[i + 1]!, hardware);
    expect(between(at("attention-norm"))).toBe(768 * 3 * 768);
    expect(between(at("context"))).toBe(768 * 768);
    expect(between(at("activation"))).toBe(4 * 768 * 768);
    expect(between(at("qkv"))).toBe(0); // scores have no parameters
    expect(between(at("ffn-down"))).toBe(0);
    const last = operators.findIndex(({ kind }) => kind === "pooling");
    expect(between(last)).toBe(768 * 1000);
  });
});

describe("a model whose weights come ahead", () => {
  it("is faster on a slow memory, by what the operators before leave idle", () => {
    const specs = {
      hardware,
      model: loadModel("vit-s16"),
      deployment: defaultDeployment(),
      technology: { profile: "calibrated" as const, factors: {} },
    };
    const set = applySettings(specs, ["dram.bandwidth=16 B/cycle", "globalBuffer.size=8 MiB"].map(parseSetting));
    const run = (prefetch: boolean) => {
      const schedule = { ...PLAIN_SCHEDULE, fusion: "all" as const, activations: true, prefetch };
      const result = evaluate({ ...set, mapper: { objective: "latency", effort: "fast" }, schedule });
      if (result.kind !== "evaluated") throw new Error(result.detail);
      return result;
    };
    const [without, ahead] = [run(false), run(true)];
    // Which slots gain is up to the mappings; only operators with weights of their own can.
    const names = ahead.schedule.prefetches.map(({ to }) => to);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(name).toMatch(/(qkv|output-projection|ffn-up|ffn-down)$/);
    expect(ahead.cycles).toBeLessThan(without.cycles);
    // Weights still cross the port.
    expect(ahead.cycles).toBeGreaterThan((ahead.parameters - 1000) / 16);
  });
});
