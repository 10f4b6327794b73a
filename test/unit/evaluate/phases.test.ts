import { describe, expect, it } from "vitest";
import { evaluate, summariseByKind, summarisePhases } from "../../../src/evaluate/index.ts";
import { defaultDeployment, loadHardware, loadModel } from "../../../src/spec/index.ts";

function run(model: string, hardware: string, batch = 1) {
  const evaluation = evaluate({
    model: loadModel(model),
    hardware: loadHardware(hardware),
    deployment: { ...defaultDeployment(), batch },
    technology: { profile: "calibrated", factors: {} },
    mapper: { objective: "carbon", effort: "fast" },
  });
  if (evaluation.kind !== "evaluated") throw new Error(evaluation.detail);
  return evaluation;
}

describe("summarisePhases", () => {
  it.each([1, 3])("Llama 3 8B, int8, 512 + 128 tokens, batch %i: 64 KiB of keys and values a token", (batch) => {
    const evaluation = run("llama-3-8b", "examples/hardware/edge-lpddr5.yaml", batch);
    const perToken = 32 * 2 * 8 * 128; // layers, K and V, KV heads, head size
    expect(evaluation.kvCache_B).toBe(batch * 640 * perToken);
    const [prefill, decode] = summarisePhases(evaluation);
    expect(prefill).toMatchObject({ phase: "prefill", steps: 1, kvWriteBytes: batch * 512 * perToken });
    expect(decode).toMatchObject({ phase: "decode", steps: 128, kvWriteBytes: batch * 128 * perToken });
    // Step i meets 512 + i keys, each read once: 128 · 512 + 128 · 129 / 2.
    expect(decode!.kvReadBytes).toBe(batch * (128 * 512 + 8256) * perToken);
    expect(prefill!.kvReadBytes).toBe(batch * 512 * perToken);
    expect(prefill!.latency + decode!.latency).toBeCloseTo(evaluation.latency_s, 9);
  });

  it("is empty for encoders", () => {
    expect(summarisePhases(run("bert-tiny", "edge-tpu"))).toEqual([]);
  });
});

describe("what bounds an operator", () => {
  const bounds = (model: string, hardware: string) =>
    Object.fromEntries(
      summariseByKind(run(model, hardware)).map(({ phase, kind, boundBy }) => [`${phase ?? ""} ${kind}`, boundBy]),
    );

  it("decoding is bound by DRAM, launches on a GPU by their overhead, small products by latency", () => {
    const decoder = bounds("llama-3-8b", "examples/hardware/edge-lpddr5.yaml");
    expect(decoder["decode ffn-up"]).toBe("dram");
    expect(decoder["decode qkv"]).toBe("dram");
    expect(bounds("bert-tiny", "a100")[" qkv"]).toBe("launch");
    expect(bounds("clip-vit-b16", "catransformers-22nm")).toMatchObject({
      " ffn-up": "compute",
      " softmax": "vector",
      " residual": "local",
      " projection": "dram",
    });
    expect(bounds("bert-tiny", "nvdla-2048")[" pooling"]).toBe("latency");
  });

  it("says what mappings were chosen for", () => {
    expect(run("bert-tiny", "scale-sim").mappedFor).toBe("latency");
    expect(run("bert-tiny", "nvdla-2048").mappedFor).toBe("carbon");
  });
});
