import { describe, expect, it } from "vitest";
import { evaluate, type Evaluation } from "../../../src/evaluate/index.ts";
import {
  applySettings,
  loadHardware,
  loadModel,
  parseSetting,
  specSetOf,
  type Hardware,
} from "../../../src/spec/index.ts";

const mapper = { objective: "latency", effort: "fast" } as const;

function run(model: string, hardware: Hardware | string, ...settings: readonly string[]): Evaluation {
  const machine = typeof hardware === "string" ? loadHardware(hardware) : hardware;
  const specs = specSetOf(applySettings({ model: loadModel(model), hardware: machine }, settings.map(parseSetting)));
  const result = evaluate({ ...specs, mapper });
  if (result.kind !== "evaluated") throw new Error(result.detail);
  return result;
}

/** Bytes of the second operand that DRAM gives to the operators of a kind. */
function secondOperand({ operators }: Evaluation, kind: string): number {
  return operators.reduce(
    (sum, each) =>
      sum +
      (each.kind === kind && each.gemm?.kind === "mapped" ? each.count * each.gemm.counters.dram.reads.weight : 0),
    0,
  );
}

const LONG = ["model.text.tokens=1", "model.contextTokens=4000", "model.generatedTokens=2", "model.text.layers=1"];

describe("keys and values", () => {
  const at = (...settings: readonly string[]) =>
    secondOperand(run("llama-3.2-1b", "a100", ...LONG, ...settings), "scores");
  const whole = at();

  it("have the width of the cache, whatever weights have", () => {
    for (const weights of ["precision.weight=8", "precision.weight=4", "quantisation.weights=4"])
      expect(at(weights)).toBe(whole);
    expect(at("quantisation.kv=8")).toBe(whole / 2);
    expect(at("quantisation.kv=4", "quantisation.weights=8")).toBe(whole / 4);
  });

  it("are written and printed at that width", () => {
    for (const [bits, bytes] of [
      [16, 131_072],
      [8, 65_536],
      [4, 32_768],
    ] as const)
      expect(run("llama-3-8b", "a100", `quantisation.kv=${bits}`).kvPerToken_B).toBe(bytes);
  });

  it("of an encoder are activations, and were stored as results", () => {
    const keys = (...settings: readonly string[]) =>
      secondOperand(run("vit-b16", "catransformers-22nm", ...settings), "scores");
    expect(keys("precision.weight=4")).toBe(keys());
    expect(keys("quantisation.activations=4")).toBeLessThan(0.6 * keys());
  });
});

describe("weights", () => {
  it("come from DRAM at their width, scales included", () => {
    const reads = (...settings: readonly string[]) =>
      secondOperand(run("llama-3.2-1b", "a100", ...LONG, ...settings), "ffn-up");
    expect(reads("quantisation.weights=int4:128") / reads()).toBeCloseTo((4 + 20 / 128) / 16, 5);
    expect(reads("quantisation.embedding=4", "quantisation.head=4", "quantisation.norms=4")).toBe(reads());
  });

  it("of a head that shares the embedding follow the embedding", () => {
    const head = (setting: string) => secondOperand(run("llama-3.2-1b", "a100", ...LONG, setting), "head");
    expect(head("quantisation.embedding=8")).toBe(head("quantisation.head=8") / 2);
  });
});

describe("conversion", () => {
  it("takes lanes, not the arrays, and never makes a run shorter than the lanes need", () => {
    const wide = run("bert-large", "catransformers-22nm");
    const narrow = run("bert-large", "catransformers-22nm", "quantisation.weights=4");
    const { vector, cores } = narrow.design.hardware;
    let converting = 0;
    for (const each of narrow.operators) {
      if (each.gemm === null || each.vector === null) continue;
      converting += 1;
      expect(each.cycles).toBeGreaterThanOrEqual(each.vector.laneCycles / (vector.lanes * cores));
      expect(each.energy["vector"]).toBeGreaterThan(0);
    }
    expect(converting).toBeGreaterThan(3);
    expect(wide.operators.every(({ gemm, vector: lanes }) => gemm === null || lanes === null)).toBe(true);
  });

  it("is none where a tensor has the width that the arrays compute in", () => {
    const plain = run("bert-tiny", "a100");
    const stated = run(
      "bert-tiny",
      "a100",
      ...["weights", "embedding", "head", "norms", "activations"].map((each) => `quantisation.${each}=16`),
    );
    expect(stated.cycles).toBe(plain.cycles);
    expect(stated.energy).toEqual(plain.energy);
    expect(stated.dramNeeded_B).toBe(plain.dramNeeded_B);
  });
});

describe("faster formats", () => {
  const formats = [
    { input: 8, weight: 8, format: "int", rate: 2 },
    { input: 8, weight: 8, format: "fp", rate: 2 },
  ] as const;
  const chip: Hardware = { ...loadHardware("h100"), formats };
  const size = "deployment.batch=16";
  const fp8 = ["quantisation.weights=fp8", "quantisation.activations=fp8"];
  const cyclesOf = ({ operators }: Evaluation, kind: string) => operators.find((each) => each.kind === kind)!.cycles;

  it("compute what both operands are stored in", () => {
    const wide = run("bert-large", chip, size);
    const narrow = run("bert-large", chip, size, ...fp8);
    expect(cyclesOf(narrow, "ffn-up") / cyclesOf(wide, "ffn-up")).toBeLessThan(0.6);
    expect(narrow.macs).toBe(wide.macs);
    for (const { utilisation } of narrow.operators) expect(utilisation).toBeLessThanOrEqual(1);
  });

  it("are not used where one operand is wider, or of another kind", () => {
    const used = (...settings: readonly string[]) =>
      run("bert-tiny", chip, size, ...settings).operators.some(({ kind, format }) => kind === "qkv" && format.rate > 1);
    expect(used(...fp8)).toBe(true);
    expect(used("quantisation.weights=fp8")).toBe(false);
    expect(used("quantisation.weights=int8", "quantisation.activations=fp8")).toBe(false);
    expect(used()).toBe(false);
  });

  it("move the same bytes as the same widths without them", () => {
    const total = ({ operators }: Evaluation) =>
      operators.filter(({ kind }) => kind === "head" || kind === "ffn-down").map(({ macs }) => macs);
    expect(total(run("bert-tiny", chip, size, ...fp8))).toEqual(
      total(run("bert-tiny", { ...chip, formats: [] }, size, ...fp8)),
    );
  });
});
