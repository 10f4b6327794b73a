import { describe, expect, it } from "vitest";
import type { Evaluation } from "../../../src/evaluate/index.ts";
import { loadHardware, loadModel } from "../../../src/spec/index.ts";
import { buildWorkload } from "../../../src/workload/index.ts";
import { runVector } from "../../../src/evaluate/index.ts";
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
    const plain = objectiveOf(run(model, hardware, objective), objective);
    for (const fusion of ["none", "epilogue", "attention"] as const) {
      const without = objectiveOf(run(model, hardware, objective, { fusion }), objective);
      const kept = run(model, hardware, objective, { fusion, activations: true, weights: true });
      expect(objectiveOf(kept, objective)).toBeLessThanOrEqual(without * (1 + 1e-12));
      if (fusion === "none") expect(without).toBe(plain);
    }
  });

  it("is the sum of its operators and launches, whatever the schedule, with all MACs", () => {
    const plain = run(model, hardware, "latency");
    for (const fusion of ["none", "epilogue", "attention"] as const) {
      const scheduled = run(model, hardware, "latency", { fusion, activations: true });
      const sum = scheduled.operators.reduce((total, each) => total + each.count * each.cycles, 0);
      expect(scheduled.cycles).toBe(sum + scheduled.nonOperatorCycles.launch!);
      expect(scheduled.macs).toBe(plain.macs);
    }
  });
});

describe("attention fusion", () => {
  it.each([
    ["clip-vit-b16", "catransformers-22nm"],
    ["vit-b16", "nvdla-2048"],
    ["bert-base", "a100"],
  ] as const)(
    "%s on %s: DRAM bytes fall by the scores and probabilities that the unfused schedule moved, less the re-reads reported",
    (model, machine) => {
      const kinds = ["scores", "context"];
      const plain = run(model, machine, "latency", { fusion: "epilogue" });
      const fused = run(model, machine, "latency", { fusion: "attention" });
      const hardware = loadHardware(machine);
      const softmax = buildWorkload(loadModel(model), 1).operators.reduce(
        (sum, each) =>
          each.type === "vector" && each.primitive === "softmax"
            ? sum + each.count * runVector(each, hardware).traffic.dram
            : sum,
        0,
      );
      const before = gemmBytes(plain, kinds);
      const after = gemmBytes(fused, kinds);
      const total = (bytes: typeof before) => bytes.input + bytes.weight + bytes.output;
      const moved = softmax + gemmBytes(plain, ["scores"]).output + gemmBytes(plain, ["context"]).input;
      const saved = softmax + total(before) - total(after);
      expect(saved).toBe(moved - fused.schedule.attentionRereadBytes);
      expect(gemmBytes(fused, ["scores"]).output).toBe(0);
      expect(gemmBytes(fused, ["context"]).input).toBe(0);
      expect(moved).toBeGreaterThan(0);
    },
  );

  it("reads keys and values once for each block of query rows, where a head's scores do not fit", () => {
    const small = run("vit-b16", "eyeriss", "latency", { fusion: "attention" });
    expect(small.schedule.attentionRereadBytes).toBeGreaterThan(0);
    expect(small.macs).toBe(run("vit-b16", "eyeriss", "latency").macs);
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
});
