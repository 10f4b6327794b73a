import { expect, it } from "vitest";
import { evaluate, summarisePhases } from "../../../src/evaluate/index.ts";
import { applySettings, loadHardware, loadModel, parseSetting, specSetOf } from "../../../src/spec/index.ts";

/**
 * Tokens a second of one stream on one card, 86 % of the data sheet's bandwidth where the card is not the preset's own.
 * gpt-fast: pytorch-labs/gpt-fast 32971d3 (BSD-3-Clause), README: A100 80 GB, compiled (`fused`), 5 + 200 tokens. llama.cpp:
 * XiongjieDai/GPU-Benchmarks-on-LLM-Inference aa72e0e (figures only), README: 1 + 1,024 tokens, as an A100 with the card's bandwidth.
 * Left out: llama.cpp on A100 and H100, which it drives at 0.4 to 0.5 of their bandwidth (+47 to +76 % here), and several cards.
 */
const ROWS = [
  ["llama-2-7b", 104.9, "fused", null, 5, 200],
  ["llama-2-7b", 155.58, "fused", "8", 5, 200],
  ["llama-2-7b", 196.8, "fused", "int4:32", 5, 200],
  ["llama-3-8b", 93.89, "fused", null, 5, 200],
  ["llama-3-8b", 137.64, "fused", "8", 5, 200],
  ["llama-3-8b", 46.51, "805 GB/s", null, 1, 1024],
  ["llama-3-8b", 54.34, "867 GB/s", null, 1, 1024],
  ["llama-3-8b", 40.25, "660 GB/s", null, 1, 1024],
  ["llama-3-8b", 33.95, "599 GB/s", null, 1, 1024],
] as const;

it("decode speed of one stream: within 20 % in the median", () => {
  const errors = ROWS.map(([model, measured, how, weights, prompt, output]) => {
    const base = specSetOf({ hardware: loadHardware("a100"), model: loadModel(model) });
    const settings = [
      ...[`model.text.tokens=${prompt}`, `model.generatedTokens=${output}`],
      how === "fused" ? "runtime=fused" : `dram.bandwidth=${how}`,
      ...(weights === null ? [] : [`quantisation.weights=${weights}`]),
    ];
    const specs = applySettings(base, settings.map(parseSetting), []);
    const result = evaluate({ ...specs, mapper: { objective: "latency", effort: "fast" } });
    if (result.kind !== "evaluated") throw new Error(result.detail);
    const decode = summarisePhases(result).find(({ phase }) => phase === "decode")!;
    const error = decode.steps / decode.latency / measured - 1;
    console.info(`${model}, ${how}, weights ${weights ?? "16 bit"}: ${(100 * error).toFixed(1)} %`);
    return Math.abs(error);
  });
  expect(errors.toSorted((a, b) => a - b)[errors.length >> 1]).toBeLessThanOrEqual(0.2);
  expect(Math.max(...errors)).toBeLessThanOrEqual(0.2);
});
