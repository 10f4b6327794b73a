import { describe, expect, it } from "vitest";
import { handoverBetween } from "../../../src/evaluate/neighbours.ts";
import { loadHardware, loadModel } from "../../../src/spec/index.ts";
import { buildWorkload } from "../../../src/workload/index.ts";

const hardware = loadHardware("catransformers-22nm");

/** Handovers inside the layers of a model, as `from → to: bytes`, with w where the producer writes to DRAM all the same. */
function handovers(model: string, phase = ""): string[] {
  const { operators } = buildWorkload(loadModel(model), 1);
  return operators.flatMap((producer, i) => {
    const consumer = operators[i + 1];
    if (consumer === undefined || !producer.name.includes(`${phase}layers.`)) return [];
    const handover = handoverBetween(producer, consumer, operators[i + 2], hardware);
    if (handover === null) return [];
    const short = (name: string) => name.slice(name.lastIndexOf(".") + 1);
    const operands = handover.weight ? " (both operands)" : "";
    return [
      `${short(producer.name)} → ${short(consumer.name)}: ${handover.bytes}${handover.isWritten ? " w" : ""}${operands}`,
    ];
  });
}

describe("handoverBetween", () => {
  it("pre-norm layer: the residual stream is written, since the next addition reads it; values wait for context", () => {
    const stream = 197 * 768;
    const scores = 12 * 197 * 197;
    expect(handovers("vit-b16")).toEqual([
      `attention-norm → qkv: ${stream}`,
      `qkv → scores: ${2 * stream} w (both operands)`,
      `scores → softmax: ${scores}`,
      `softmax → context: ${scores}`,
      `context → output-projection: ${stream}`,
      `output-projection → attention-residual: ${stream}`,
      `attention-residual → ffn-norm: ${stream} w`,
      `ffn-norm → ffn-up: ${stream}`,
      `ffn-up → activation: ${4 * stream}`,
      `activation → ffn-down: ${4 * stream}`,
      `ffn-down → ffn-residual: ${stream}`,
    ]);
  });

  it("post-norm layer: sums are read by the norm alone, normalised rows by the next addition too", () => {
    const lines = handovers("bert-base");
    expect(lines).toContain(`attention-residual → attention-norm: ${128 * 768}`);
    expect(lines).toContain(`attention-norm → ffn-up: ${128 * 768} w`);
  });

  it("gated feed-forward: up and gate both read the normalised rows; K of a decode step lies in the cache", () => {
    const lines = handovers("llama-3.2-1b", "decode.");
    expect(lines).toContain("ffn-norm → ffn-up: 2048 w");
    expect(lines).toContain("gating → ffn-down: 8192");
    expect(lines.filter((line) => line.includes("both operands"))).toEqual([]);
  });
});
