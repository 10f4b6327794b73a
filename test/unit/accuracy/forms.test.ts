import { expect, it } from "vitest";
import { createPredictor } from "../../../src/accuracy/index.ts";
import { blockParameters } from "../../../src/accuracy/capacity.ts";
import { loadModel, type DecoderModel, type Tower } from "../../../src/spec/index.ts";

const model = loadModel("llama-3.2-1b") as DecoderModel;
const estimate = (changes: Partial<Tower>) =>
  createPredictor("lm-zero-shot-mean").evaluate({ ...model, text: { ...model.text, ...changes } });

const experts = {
  ...{ count: 8, active: 2, ffn: 4096, shared: 0, sharedGate: false, routerBias: false, bias: false },
  ...{ denseLayers: [], skew: 0 },
};

it("windows, experts and latent vectors are told as what the fit has not seen", () => {
  const plain = estimate({}).extrapolation;
  expect(estimate({ attention: model.text.heads.map(() => "window:64" as const) }).extrapolation).toEqual([
    ...plain,
    "text_attention",
  ]);
  expect(estimate({ experts }).extrapolation).toEqual([...plain, "text_experts"]);
});

it("experts count as far as a token goes through them", () => {
  // Two of 4,096 are as wide as the one of 8,192.
  expect(blockParameters({ ...model.text, experts })).toBe(blockParameters(model.text));
  expect(blockParameters({ ...model.text, experts: { ...experts, active: 1 } })).toBeLessThan(
    blockParameters(model.text),
  );
  const dense = { ...experts, active: 1, denseLayers: model.text.heads.map((_, layer) => layer + 1) };
  expect(blockParameters({ ...model.text, experts: dense })).toBe(blockParameters(model.text));
});
