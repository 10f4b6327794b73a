import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  applySettings,
  loadHardware,
  loadModel,
  parseSetting,
  TENSOR_CLASSES,
  type ModelSpec,
} from "../../../src/spec/index.ts";
import { buildWorkload, importHuggingFace, totalParameters, type WorkloadSizes } from "../../../src/workload/index.ts";

const folder = new URL("../../fixtures/huggingface/", import.meta.url);
const imported = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".json"))
  .flatMap((name): (readonly [string, ModelSpec])[] => {
    const read = importHuggingFace(JSON.parse(readFileSync(new URL(name, folder), "utf8")));
    return "model" in read ? [[name, read.model]] : [];
  });
const presets = ["clip-vit-b16", "vit-b16", "bert-base", "llama-3-8b", "llama-3.2-1b", "tinyclip-8m-16"].map(
  (name) => [name, loadModel(name)] as const,
);
const models = [...presets, ...imported];

function set(model: ModelSpec, ...settings: readonly string[]): ModelSpec {
  return applySettings({ model, hardware: loadHardware("a100") }, settings.map(parseSetting)).model;
}

const PARAMETER_CLASSES = ["weights", "embedding", "head", "norms"] as const;

function sizesOf(model: ModelSpec, settings: readonly string[]): WorkloadSizes {
  return buildWorkload(set(model, ...settings), 1).sizes!;
}

function total(sizes: WorkloadSizes): { readonly bits: number; readonly elements: number } {
  const all = Object.values(sizes.parameters);
  return {
    bits: all.reduce((sum, { bits }) => sum + bits, 0),
    elements: all.reduce((sum, { elements }) => sum + elements, 0),
  };
}

/** Parameters of one class. */
function countOf(model: ModelSpec, name: (typeof PARAMETER_CLASSES)[number]): number {
  const plain = TENSOR_CLASSES.map((each) => `quantisation.${each}=${each === name ? "8" : "none"}`);
  return total(sizesOf(model, plain)).bits / 8;
}

describe.each(models)("classes of %s", (_, model) => {
  const parameters = totalParameters(buildWorkload(model, 1));

  it("hold every parameter once", () => {
    const counts = PARAMETER_CLASSES.map((name) => countOf(model, name));
    for (const count of counts) expect(count).toBeGreaterThanOrEqual(0);
    expect(counts.reduce((a, b) => a + b, 0) + (model.family === "clip" ? 0 : 0)).toBe(
      parameters - (buildWorkload(model, 1).parameters["joint"] ?? 0),
    );
  });

  it("take what the hardware gives where nothing is said, whatever else is", () => {
    const { bits, elements } = total(
      sizesOf(set(model, ...TENSOR_CLASSES.map((each) => `quantisation.${each}=none`)), ["quantisation.sums=32"]),
    );
    expect([bits, elements]).toEqual([0, parameters]);
  });

  it("keep keys and values at the width of their own class", () => {
    const { kvElementsPerToken, kvCacheElements } = buildWorkload(model, 3);
    const { kvCache, kvPerToken } = buildWorkload(set(model, "quantisation.kv=4", "quantisation.weights=2"), 3).sizes!;
    expect([kvPerToken, kvCache]).toEqual([
      { bits: 4 * kvElementsPerToken, elements: 0 },
      { bits: 4 * kvCacheElements, elements: 0 },
    ]);
  });
});

describe("class weights", () => {
  it.each(presets.filter(([, { family }]) => family !== "clip"))("of %s are the matrices of its layers", (_, model) => {
    const { operators } = buildWorkload(model, 1);
    const matrices = operators.filter(
      ({ type, phase, kind }) => type === "gemm" && phase !== "decode" && kind !== "head" && kind !== "patch-embedding",
    );
    const elements = matrices.reduce(
      (sum, each) => sum + (each.type === "gemm" && each.weightsAreParameters ? each.count * each.k * each.n : 0),
      0,
    );
    expect(countOf(model, "weights")).toBe(elements);
  });

  it("of Llama 3 8B, in groups of 128 with a scale of 16 and a zero point of 4 bits, are 5.73 GB with the rest in 16", () => {
    const settings = ["weights=int4:128", "embedding=16", "head=16", "norms=16"].map((each) => `quantisation.${each}`);
    const { bits } = total(sizesOf(loadModel("llama-3-8b"), settings));
    // 6,979,321,856 elements of matrices, 2 · 128,256 · 4,096 of embedding and head, 65 norms of 4,096.
    expect(bits / 8).toBe((6_979_321_856 * (4 + 20 / 128)) / 8 + 2 * (2 * 128_256 * 4096 + 65 * 4096));
    expect((bits / 8e9).toFixed(2)).toBe("5.73");
  });
});

describe("by layer", () => {
  it("sums what each layer says", () => {
    const model = loadModel("llama-3.2-1b");
    const { layers } = (model as Extract<ModelSpec, { family: "decoder" }>).text;
    const whole = total(sizesOf(model, ["quantisation.weights=8"])).bits;
    const half = total(sizesOf(model, [`quantisation.weights.1-${layers / 2}=8`]));
    expect(half.bits).toBe(whole / 2);
    expect(half.bits / 8 + half.elements).toBe(totalParameters(buildWorkload(model, 1)));
    const kv = sizesOf(model, ["quantisation.kv.1-4=8"]).kvPerToken;
    expect(kv).toEqual({ bits: 8 * 4 * 2 * 8 * 64, elements: (layers - 4) * 2 * 8 * 64 });
  });

  it("lists layers that are stored differently by themselves", () => {
    const { operators } = buildWorkload(set(loadModel("bert-tiny"), "quantisation.weights.2=4"), 1);
    const stored = operators.flatMap((each) =>
      each.kind === "ffn-up" && each.type === "gemm" ? [[each.layer, each.stored?.weight?.bits]] : [],
    );
    expect(stored).toEqual([
      [0, undefined],
      [1, 4],
    ]);
  });
});
