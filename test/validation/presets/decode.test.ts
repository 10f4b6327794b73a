import { expect, it } from "vitest";
import { evaluate } from "../../../src/evaluate/index.ts";
import { defaultDeployment, loadHardware, loadModel } from "../../../src/spec/index.ts";

it.each(["llama-3-8b", "llama-3.2-1b"])(
  "decoding of %s is bound by memory: weights but for the input embedding, and keys and values, over the bandwidth",
  (name) => {
    const model = loadModel(name);
    const hardware = loadHardware("examples/hardware/edge-lpddr5.yaml");
    if (model.family !== "decoder") throw new Error("a decoder is wanted");
    const evaluation = evaluate({
      model,
      hardware,
      deployment: defaultDeployment(),
      technology: { profile: "calibrated", factors: {} },
      mapper: { objective: "latency", effort: "fast" },
    });
    if (evaluation.kind !== "evaluated") throw new Error(evaluation.detail);
    const { text, generatedTokens, contextTokens, tiedEmbedding } = model;
    const cycles = evaluation.operators
      .filter((each) => each.name.startsWith("text.decode."))
      .reduce((sum, each) => sum + each.count * each.cycles, 0);
    const perToken = cycles / hardware.clock / generatedTokens;

    // The head reads the embedding's table where the two are tied.
    const embedding = tiedEmbedding ? 0 : text.vocabulary * text.hidden;
    const context = contextTokens + text.tokens + (generatedTokens + 1) / 2;
    const keysAndValues = 2 * text.kvHeads.reduce((sum, heads) => sum + heads * text.headSize, 0) * context;
    const bytes = evaluation.parameters - embedding + keysAndValues;
    const bound = bytes / 51.2e9;
    console.info(
      `${name}: ${(1e3 * perToken).toFixed(2)} ms a token, weights and KV alone ${(1e3 * bound).toFixed(2)} ms`,
    );
    expect(Math.abs(perToken / bound - 1)).toBeLessThanOrEqual(0.1);
  },
);
