import { describe, expect, it } from "vitest";
import { evaluate, type Evaluation } from "../../../src/evaluate/index.ts";
import { defaultDeployment, loadHardware, loadModel } from "../../../src/spec/index.ts";
import { buildWorkload } from "../../../src/workload/index.ts";
import { bytesMoved, runVector } from "../../../src/evaluate/index.ts";
import { gemmBytes, run } from "./designs.ts";

const PAIRS = [
  ["clip-vit-b16", "catransformers-22nm"],
  ["bert-base", "tpu-v1"],
  ["vit-b16", "nvdla-2048"],
  ["bert-base", "a100"],
  ["llama-3.2-1b", "tpu-v4i"],
] as const;

/** What the mapper minimises, of the whole model. */
function objectiveOf({ cycles, energy }: Evaluation, objective: "latency" | "energy" | "edp" | "carbon"): number {
  if (objective === "latency" || energy.total === null) return cycles;
  if (objective === "energy") return energy.total - (energy.parts.static ?? 0);
  return objective === "edp" ? energy.total * cycles : energy.total;
}

describe.each(PAIRS)("%s on %s", (model, hardware) => {
  it.each(["latency", "energy", "edp", "carbon"] as const)("residency never worsens %s", (objective) => {
    const plain = objectiveOf(run(model, hardware, objective, {}), objective);
    for (const fusion of ["none", "epilogue", "attention", "all"] as const) {
      const without = objectiveOf(run(model, hardware, objective, { fusion }), objective);
      const kept = run(model, hardware, objective, { fusion, activations: true, weights: true });
      expect(objectiveOf(kept, objective)).toBeLessThanOrEqual(without * (1 + 1e-12));
      if (fusion === "none") expect(without).toBe(plain);
    }
  });

  it("is the sum of its operators and launches, whatever the schedule, with all MACs", () => {
    const plain = run(model, hardware, "latency", {});
    for (const fusion of ["none", "epilogue", "attention", "all"] as const) {
      const scheduled = run(model, hardware, "latency", { fusion, activations: true });
      const sum = scheduled.operators.reduce((total, each) => total + each.count * each.cycles, 0);
      expect(scheduled.cycles).toBe(sum + scheduled.nonOperatorCycles.launch!);
      expect(scheduled.macs).toBe(plain.macs);
    }
  });
});

describe.each(PAIRS)("weights fetched ahead, %s on %s", (model, hardware) => {
  it.each(["latency", "energy", "edp", "carbon"] as const)("never worsen %s", (objective) => {
    for (const fusion of ["none", "all"] as const) {
      const before = run(model, hardware, objective, { fusion, activations: true });
      const after = run(model, hardware, objective, { fusion, activations: true, prefetch: true });
      expect(objectiveOf(after, objective)).toBeLessThanOrEqual(objectiveOf(before, objective) * (1 + 1e-12));
    }
  });

  it("still come from DRAM once, and are neither faster than the array nor than DRAM", () => {
    const { design, operators, schedule, cycles } = run(model, hardware, "latency", { prefetch: true });
    const { dram, precision } = design.hardware;
    for (const { to, bytes, from, waitCycles } of schedule.prefetches) {
      const consumer = operators.find(({ name }) => name === to)!;
      const producer = operators.find(({ name }) => name === from)!;
      if (consumer.gemm?.kind !== "mapped") throw new Error(`${to} is no mapped GEMM`);
      expect(consumer.prefetchedBytes).toBe(bytes);
      expect(consumer.gemm.counters.dram.reads.weight).toBe(bytes);
      expect(producer.waitCycles).toBe(waitCycles);
      const own = producer.traffic.dram.read - producer.prefetchedBytes;
      const { read } = dram!.port;
      expect(producer.cycles).toBeGreaterThanOrEqual(((own + bytes) * read.cycles) / read.bytes);
    }
    const parameters = buildWorkload(loadModel(model), 1).operators.reduce(
      (sum, each) =>
        each.type === "gemm" && each.weightsAreParameters
          ? sum + each.count * ((each.n * each.k * precision.weight) / 8)
          : sum,
      0,
    );
    const weights = operators.reduce(
      (sum, { gemm, count, kind }) =>
        gemm?.kind === "mapped" && kind !== "scores" && kind !== "context"
          ? sum + count * gemm.counters.dram.reads.weight
          : sum,
      0,
    );
    expect(weights).toBeGreaterThanOrEqual(parameters);
    const { read } = dram!.port;
    expect(cycles).toBeGreaterThanOrEqual((parameters * read.cycles) / read.bytes);
  });
});

describe("attention fusion", () => {
  it.each([
    ["clip-vit-b16", "catransformers-22nm"],
    ["vit-b16", "nvdla-2048"],
    ["bert-base", "a100"],
    ["llama-3.2-1b", "tpu-v4i"],
    ["vit-b16", "eyeriss"],
  ] as const)(
    "%s on %s: DRAM bytes fall by the scores and probabilities that the unfused schedule moved, less the re-reads reported",
    (model, machine) => {
      const hardware = loadHardware(machine);
      for (const [without, withIt] of [
        ["none", "attention"],
        ["epilogue", "all"],
      ] as const) {
        const plain = run(model, machine, "latency", { fusion: without });
        const fused = run(model, machine, "latency", { fusion: withIt });
        const softmax = buildWorkload(loadModel(model), 1).operators.reduce(
          (sum, each) =>
            each.type === "vector" && each.primitive === "softmax"
              ? sum + each.count * bytesMoved(runVector(each, hardware).traffic).dram
              : sum,
          0,
        );
        // Of the whole model: nothing else changes.
        const total = ({ operators }: Evaluation) =>
          operators.reduce((sum, { traffic, count }) => sum + count * bytesMoved(traffic).dram, 0);
        const moved = softmax + gemmBytes(plain, ["scores"]).output + gemmBytes(plain, ["context"]).input;
        expect(total(plain) - total(fused)).toBe(moved - fused.schedule.attentionRereadBytes);
        expect(gemmBytes(fused, ["scores"]).output).toBe(0);
        expect(gemmBytes(fused, ["context"]).input).toBe(0);
        expect(moved).toBeGreaterThan(0);
      }
    },
  );

  it("reads keys and values once for each block of query rows, where a head's scores do not fit", () => {
    const chip = loadHardware("eyeriss");
    const small = evaluate({
      model: loadModel("vit-b16"),
      hardware: { ...chip, globalBuffer: { ...chip.globalBuffer!, size: 32 * 1024 } },
      deployment: defaultDeployment(),
      technology: { profile: "calibrated", factors: {} },
      mapper: { objective: "latency", effort: "fast" },
      schedule: { fusion: "attention", activations: false, weights: false, prefetch: false },
    });
    if (small.kind !== "evaluated") throw new Error(small.detail);
    expect(small.schedule.attentionRereadBytes).toBeGreaterThan(0);
    expect(small.macsExecuted).toBe(run("vit-b16", "eyeriss", "latency").macs);
  });
});

describe("weights over inferences", () => {
  it("stay on chip where they all fit and that is better, and are then not read from DRAM", () => {
    const kept = run("bert-tiny", "tpu-v4i", "latency", { weights: true });
    const parameters = kept.parameters * 2;
    expect(kept.schedule.weightBytes).toBe(parameters);
    expect(gemmBytes(kept, ["qkv", "output-projection", "ffn-up", "ffn-down", "pooling"]).weight).toBe(0);
    expect(run("bert-base", "nvdla-2048", "latency", { weights: true }).schedule.weightBytes).toBe(0);
  });

  it("are charged the leakage between inferences, and for carbon are kept only where that pays", () => {
    const at = (objective: "latency" | "carbon", rate: number) => {
      const evaluation = evaluate({
        model: loadModel("bert-tiny"),
        hardware: loadHardware("tpu-v4i"),
        deployment: { ...defaultDeployment(), rate },
        technology: { profile: "calibrated", factors: {} },
        mapper: { objective, effort: "fast" },
        schedule: { fusion: "none", activations: false, weights: true, prefetch: false },
      });
      if (evaluation.kind !== "evaluated" || evaluation.operational.total === null) throw new Error("not evaluated");
      return { kept: evaluation.schedule.weightBytes > 0, operational: evaluation.operational };
    };
    // Asked for latency, they stay whatever that costs: the die leaks for 6 h a day instead of being gated.
    const { kept, operational } = at("latency", 1);
    expect(kept).toBe(true);
    expect(operational.parts["retention"]).toBeGreaterThan(operational.parts["inference"]!);
    expect(operational.policy).toContain("weights stay on chip");
    expect(at("carbon", 1).kept).toBe(false);
    expect(at("carbon", 1).operational.parts["retention"]).toBeUndefined();
    // One inference after the other leaves nothing to retain for.
    const busy = at("carbon", 10_000);
    expect(busy.kept).toBe(true);
    expect(busy.operational.parts["retention"] ?? 0).toBeLessThan(busy.operational.parts["inference"]!);
  });
});
