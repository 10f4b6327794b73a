import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { modelYaml } from "../../../../src/cli/print-model.ts";
import { readYaml, type ListedOperator, type ListedProduct, type ListedVector } from "../../../../src/spec/index.ts";
import { check } from "../../../../src/spec/issues.ts";
import { modelSchema } from "../../../../src/spec/model-schema.ts";
import { buildWorkload, totalMacs, totalParameters } from "../../../../src/workload/index.ts";
import { importOnnx, sourceOfBytes } from "../../../../src/workload/onnx.ts";
import { BERT, bertLike, DECODER, decoderLike, STEM, stemLike } from "./models.ts";
import { onnxBytes, type GraphSpec } from "./write.ts";

function imported(spec: GraphSpec, dims: Readonly<Record<string, number>>) {
  return importOnnx(sourceOfBytes(onnxBytes(spec)), { dims: new Map(Object.entries(dims)) });
}

const sumOf = (operators: readonly ListedOperator[], primitive: string): number =>
  operators
    .filter((each): each is ListedVector => each.kind === "vector" && each.primitive === primitive)
    .reduce((sum, each) => sum + each.count * each.elements, 0);

const productsOf = (operators: readonly ListedOperator[]): readonly ListedProduct[] =>
  operators.filter((each): each is ListedProduct => each.kind === "product");

describe("an encoder of primitive operators", () => {
  const { layers, hidden, heads, ffn, vocabulary, positions, tokens } = BERT;
  const batch = 3;
  const { model, notes } = imported(bertLike(), { batch, sequence: tokens });
  const workload = buildWorkload(model, 1);
  const rows = batch * tokens;

  it("has the MACs of its matrices and of its attention", () => {
    const projections = 4 * rows * hidden * hidden;
    const attention = 2 * batch * heads * tokens * tokens * (hidden / heads);
    const network = 2 * rows * hidden * ffn;
    expect(totalMacs(workload)).toBe(layers * (projections + attention + network));
  });

  it("has the parameters of its stored tensors, and no constants among them", () => {
    const norm = 2 * hidden;
    const dense = (k: number, n: number) => k * n + n;
    const layer = 4 * dense(hidden, hidden) + dense(hidden, ffn) + dense(ffn, hidden) + 2 * norm;
    expect(totalParameters(workload)).toBe((vocabulary + positions) * hidden + norm + layers * layer);
  });

  it("knows norms and activations by their parts; biases, scales and masks are part of what they stand behind", () => {
    const lanes = model.operators.filter((each) => each.kind === "vector").map(({ primitive }) => primitive);
    expect(new Set(lanes)).toEqual(new Set(["gather", "add", "layernorm", "multiply", "softmax", "gelu"]));
    expect(sumOf(model.operators, "layernorm")).toBe((2 * layers + 1) * rows * hidden);
    expect(sumOf(model.operators, "gelu")).toBe(layers * rows * ffn);
    expect(sumOf(model.operators, "softmax")).toBe(layers * batch * heads * tokens * tokens);
    // Two sums a layer, words with positions, and the mask once.
    expect(sumOf(model.operators, "add")).toBe((2 * layers + 1) * rows * hidden + rows);
    expect(sumOf(model.operators, "multiply")).toBe(rows);
  });

  it("lists its layers once, with scores, softmax and context side by side", () => {
    expect(model.operators.filter(({ count }) => count === layers)).toHaveLength(model.operators.length - 5);
    const kinds = workload.operators.map(({ kind }) => kind).filter((kind) => kind !== "vector");
    expect(kinds).toEqual([
      "product",
      "product",
      "product",
      "scores",
      "softmax",
      "context",
      "product",
      "product",
      "product",
    ]);
    expect(workload.peakFusedElements).toBeLessThan(workload.peakActivationElements * 1.01);
  });

  it("is a model file that is read back as it is", () => {
    const yaml = modelYaml(model);
    expect(check(modelSchema, readYaml(yaml, "model.yaml"))).toEqual(model);
    expect(yaml.split("\n").length).toBeLessThan(model.operators.length + 12);
    expect(notes).toEqual([]);
  });
});

describe("a decoder of contributed operators", () => {
  const { layers, hidden, heads, keyHeads, headSize, ffn, vocabulary } = DECODER;
  const sizes = { batch: 2, sequence: 8, past: 24 };
  const { model, notes } = imported(decoderLike(), sizes);
  const workload = buildWorkload(model, 1);
  const rows = sizes.batch * sizes.sequence;
  const keys = sizes.past + sizes.sequence;

  it("has the MACs of its matrices and of attention on all keys", () => {
    const projections = rows * hidden * (2 * heads + 2 * keyHeads) * headSize;
    const attention = 2 * sizes.batch * heads * sizes.sequence * keys * headSize;
    const network = 3 * rows * hidden * ffn;
    expect(totalMacs(workload)).toBe(layers * (projections + attention + network) + rows * hidden * vocabulary);
  });

  it("has the parameters of its stored tensors: 4-bit ones by their number, no scales, no angles", () => {
    const layer = hidden * (2 * heads + 2 * keyHeads) * headSize + 3 * hidden * ffn + 2 * hidden;
    expect(totalParameters(workload)).toBe(layers * layer + 2 * vocabulary * hidden + hidden);
    expect(notes.join()).toContain("--set precision.weight=4");
  });

  it("keeps keys and values, and reads them once a group of heads", () => {
    expect(model.kvElementsPerToken).toBe(2 * layers * keyHeads * headSize);
    expect(model.kvCacheElements).toBe(sizes.batch * keys * model.kvElementsPerToken);
    const scores = productsOf(model.operators).find(({ name }) => name.endsWith("attention.scores"));
    const group = heads / keyHeads;
    expect(scores).toMatchObject({
      ...{ batch: sizes.batch * keyHeads, m: group * sizes.sequence, n: keys, k: headSize, count: layers },
      classes: ["activation", "kv"],
    });
  });

  it("norms, rotates and activates", () => {
    expect(sumOf(model.operators, "rmsnorm")).toBe((2 * layers + 1) * rows * hidden);
    expect(sumOf(model.operators, "rope")).toBe(layers * rows * (heads + keyHeads) * headSize);
    expect(sumOf(model.operators, "silu")).toBe(layers * rows * ffn);
    expect(productsOf(model.operators).at(-1)).toMatchObject({ n: vocabulary, classes: ["activation", "head"] });
  });
});

describe("a convolutional stem with ONNX's own attention", () => {
  const { image, channels, first, hidden, heads, classes } = STEM;
  const images = 2;
  const { model } = imported(stemLike(), { N: images });
  const places = (image / 4) * (image / 4);
  const rows = images * places;

  it("has convolutions as products of columns, and the depthwise one on the lanes", () => {
    const stem = images * (image / 2) * (image / 2) * first * channels * 9 + rows * hidden * first;
    const attention = rows * hidden * 4 * hidden + 2 * images * heads * places * places * (hidden / heads);
    const network = 2 * rows * hidden * 2 * hidden;
    expect(totalMacs(buildWorkload(model, 1))).toBe(stem + attention + network + images * hidden * classes);
    expect(model.operators.find(({ name }) => name === "stem.depthwise")).toMatchObject({
      ...{ kind: "vector", primitive: "multiply", elements: rows * first * 25, elementsWritten: rows * first },
      ...{ elementsRead: images * first * (image / 2) * (image / 2), parameters: first * 25 + first },
    });
  });

  it("has the parameters of its stored tensors", () => {
    const stem = first * channels * 9 + first + first * 25 + first + hidden * first;
    const block = places * hidden + 2 * hidden + 4 * hidden * hidden + 4 * hidden * hidden;
    expect(totalParameters(buildWorkload(model, 1))).toBe(stem + block + classes * hidden + classes);
  });
});

it.each([bertLike(), decoderLike(), stemLike()])("the file of $name is what is written here", (spec) => {
  const file = readFileSync(new URL(`../../../fixtures/onnx/${spec.name}.onnx`, import.meta.url));
  expect(Buffer.compare(file, onnxBytes(spec))).toBe(0);
});

describe("weights that two products use", () => {
  const tied = (): GraphSpec => ({
    inputs: { ids: [1, 4] },
    indices: ["ids"],
    outputs: ["logits"],
    stored: { table: [50, 8], inner: [8, 8] },
    nodes: [
      { op: "Gather", inputs: ["table", "ids"], outputs: ["x"] },
      { op: "MatMul", name: "a", inputs: ["x", "inner"], outputs: ["y"] },
      { op: "MatMul", name: "b", inputs: ["y", "inner"], outputs: ["z"] },
      { op: "Transpose", inputs: ["table"], outputs: ["turned"], attributes: { perm: [1, 0] } },
      { op: "MatMul", name: "head", inputs: ["z", "turned"], outputs: ["logits"] },
    ],
  });

  it("count once, whether transposed or not", () => {
    const { model } = imported(tied(), {});
    expect(totalParameters(buildWorkload(model, 1))).toBe(50 * 8 + 64);
    expect(productsOf(model.operators).map(({ name, sameWeightsAs }) => [name, sameWeightsAs])).toEqual([
      ["a", null],
      ["b", "a"],
      ["head", null],
    ]);
  });
});

describe("what leads to no output", () => {
  it("is left out, with a note, even where it is not known", () => {
    const { model, notes } = imported(
      {
        inputs: { x: [2, 3] },
        outputs: ["y"],
        nodes: [
          { op: "Relu", inputs: ["x"], outputs: ["y"] },
          { op: "Mystery", inputs: ["x"], outputs: ["z"] },
        ],
      },
      {},
    );
    expect(model.operators).toHaveLength(1);
    expect(notes).toEqual(["1 of 2 nodes lead to no output: they are left out."]);
  });
});
