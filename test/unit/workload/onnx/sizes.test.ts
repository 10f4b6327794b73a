import { describe, expect, it } from "vitest";
import { SpecError } from "../../../../src/errors/index.ts";
import { importOnnx, sourceOfBytes } from "../../../../src/workload/onnx.ts";
import { onnxBytes, Type, type GraphSpec, type NodeSpec, type TensorSpec } from "./write.ts";

type Attributes = NonNullable<NodeSpec["attributes"]>;
interface Case {
  readonly op: string;
  readonly x?: readonly number[];
  /** A second input of the graph. */
  readonly z?: readonly number[];
  readonly stored?: readonly (readonly number[] | TensorSpec | null)[];
  readonly attributes?: Attributes;
  readonly opset?: number;
  readonly outputs?: number;
}

const whole = (...numbers: readonly number[]): TensorSpec => ({ dims: [numbers.length], numbers, type: Type.INT64 });

/** Softmax along an axis tells its length: one for each axis of a result says all of its sizes. */
function sizesOf(
  { op, x = [2, 3, 4], z, stored = [], attributes = {}, opset = 18, outputs = 1 }: Case,
  rank: number,
): readonly (readonly number[])[] {
  const names = stored.map((each, at) => (each === null ? "" : `s${at}`));
  const results = Array.from({ length: outputs }, (_, at) => `y${at}`);
  const probes = results.flatMap((name) =>
    Array.from({ length: rank }, (_, axis): NodeSpec => ({
      op: "Softmax",
      name: `${name}.${axis}`,
      inputs: [name],
      outputs: [`${name}.${axis}`],
      attributes: { axis },
    })),
  );
  // A result of another rank than expected is seen too.
  const marks = results.map((name): NodeSpec => ({
    op: "Tanh",
    name: `all.${name}`,
    inputs: [name],
    outputs: [`all.${name}`],
  }));
  const spec: GraphSpec = {
    opset,
    inputs: { x, ...(z === undefined ? {} : { z }) },
    outputs: [...probes, ...marks].map(({ outputs: [each] }) => each!),
    stored: Object.fromEntries(stored.flatMap((each, at) => (each === null ? [] : [[names[at]!, each]]))),
    nodes: [
      { op, name: "probed", inputs: ["x", ...(z === undefined ? [] : ["z"]), ...names], outputs: results, attributes },
      ...probes,
      ...marks,
    ],
  };
  const { operators } = importOnnx(sourceOfBytes(onnxBytes(spec))).model;
  return results.map((name) => {
    const rows = operators.flatMap((each) => (each.kind === "vector" && each.primitive === "softmax" ? [each] : []));
    return Array.from(
      { length: rank },
      (_, axis) => rows.find((each) => each.name === `${name}.${axis}`)?.rowLength ?? NaN,
    );
  });
}

/** Expected sizes by hand, from the operators' specification. */
const CASES: readonly (readonly [string, Case, readonly number[] | readonly (readonly number[])[]])[] = [
  ["a shape with a copied and an open size", { op: "Reshape", stored: [whole(0, -1)] }, [2, 12]],
  ["an order that is given", { op: "Transpose", attributes: { perm: [2, 0, 1] } }, [4, 2, 3]],
  ["the reversed order", { op: "Transpose" }, [4, 3, 2]],
  ["axes put in", { op: "Unsqueeze", stored: [whole(0, -1)] }, [1, 2, 3, 4, 1]],
  ["axes put in by an attribute", { op: "Unsqueeze", opset: 13, attributes: { axes: [1] } }, [2, 1, 3, 4]],
  ["axes taken out", { op: "Squeeze", x: [1, 3, 1, 4], stored: [whole(0)] }, [3, 1, 4]],
  ["a flat matrix", { op: "Flatten", attributes: { axis: 2 } }, [6, 4]],
  ["parts side by side", { op: "Concat", z: [2, 5, 4], attributes: { axis: 1 } }, [2, 8, 4]],
  ["a slice from the end", { op: "Slice", stored: [whole(-2), whole(9223372036854775000), whole(1)] }, [2, 2, 4]],
  ["a slice in steps", { op: "Slice", x: [2, 9], stored: [whole(1), whole(8), whole(1), whole(3)] }, [2, 3]],
  ["a slice backwards", { op: "Slice", x: [2, 9], stored: [whole(-1), whole(-10), whole(1), whole(-2)] }, [2, 5]],
  [
    "even parts",
    { op: "Split", x: [2, 6], attributes: { axis: 1 }, outputs: 3 },
    [
      [2, 2],
      [2, 2],
      [2, 2],
    ],
  ],
  [
    "uneven parts",
    { op: "Split", x: [2, 7], stored: [whole(3, 4)], attributes: { axis: -1 }, outputs: 2 },
    [
      [2, 3],
      [2, 4],
    ],
  ],
  [
    "parts of which the last is smaller",
    { op: "Split", x: [2, 7], attributes: { axis: 1, num_outputs: 3 }, outputs: 3 },
    [
      [2, 3],
      [2, 3],
      [2, 1],
    ],
  ],
  ["rows that are picked", { op: "Gather", z: [5, 2], attributes: { axis: 1 } }, [2, 5, 2, 4]],
  ["elements that are picked", { op: "GatherElements", z: [2, 7, 4], attributes: { axis: 1 } }, [2, 7, 4]],
  ["places that are picked", { op: "GatherND", z: [5, 2] }, [5, 4]],
  ["what is spread out", { op: "Expand", x: [3, 1], stored: [whole(2, 1, 5)] }, [2, 3, 5]],
  ["what is repeated", { op: "Tile", x: [2, 3], stored: [whole(2, 3)] }, [4, 9]],
  ["what is padded", { op: "Pad", x: [2, 3], stored: [whole(0, 1, 2, 3)] }, [4, 7]],
  ["what is broadcast", { op: "Add", x: [4, 1, 5], z: [3, 1] }, [4, 3, 5]],
  ["a mean without its axis", { op: "ReduceMean", opset: 13, attributes: { axes: [1], keepdims: 0 } }, [2, 4]],
  ["a sum with its axis", { op: "ReduceSum", stored: [whole(-1)] }, [2, 3, 1]],
  ["a place of the largest", { op: "ArgMax", attributes: { axis: 1, keepdims: 0 } }, [2, 4]],
  ["matrices with different outer sizes", { op: "MatMul", x: [7, 1, 2, 3], z: [5, 3, 4] }, [7, 5, 2, 4]],
  ["a vector by a matrix", { op: "MatMul", x: [3], z: [5, 3, 4] }, [5, 4]],
  ["a matrix by a vector", { op: "MatMul", x: [5, 2, 3], z: [3] }, [5, 2]],
  ["a turned product", { op: "Gemm", x: [3, 2], z: [4, 3], attributes: { transA: 1, transB: 1 } }, [2, 4]],
  [
    "a sum over letters",
    { op: "Einsum", x: [2, 3, 4, 5], z: [2, 6, 4, 5], attributes: { equation: "bqhd,bkhd->bhqk" } },
    [2, 4, 3, 6],
  ],
  [
    "a convolution with stride and pads",
    { op: "Conv", x: [1, 3, 10, 9], stored: [[8, 3, 3, 3]], attributes: { strides: [2, 2], pads: [1, 0, 1, 0] } },
    [1, 8, 5, 4],
  ],
  [
    "a convolution with holes",
    { op: "Conv", x: [1, 3, 20], stored: [[8, 3, 3]], attributes: { dilations: [4] } },
    [1, 8, 12],
  ],
  [
    "a convolution that keeps the size",
    { op: "Conv", x: [1, 3, 11], stored: [[8, 3, 4]], attributes: { strides: [2], auto_pad: "SAME_UPPER" } },
    [1, 8, 6],
  ],
  [
    "a convolution backwards",
    { op: "ConvTranspose", x: [1, 4, 5, 5], stored: [[4, 6, 2, 2]], attributes: { strides: [2, 2] } },
    [1, 6, 10, 10],
  ],
  [
    "a pool that rounds up",
    { op: "MaxPool", x: [1, 2, 7, 7], attributes: { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 } },
    [1, 2, 4, 4],
  ],
  ["a pool of all", { op: "GlobalAveragePool", x: [2, 3, 7, 5] }, [2, 3, 1, 1]],
  [
    "a picture made larger",
    { op: "Resize", x: [1, 2, 4, 6], stored: [null, { dims: [4], numbers: [1, 1, 2, 1.5], type: Type.FLOAT }] },
    [1, 2, 8, 9],
  ],
  ["depth to space", { op: "DepthToSpace", x: [1, 8, 3, 5], attributes: { blocksize: 2 } }, [1, 2, 6, 10]],
  [
    "ONNX's attention with other values",
    { op: "Attention", opset: 23, x: [2, 4, 3, 8], z: [2, 2, 5, 8], stored: [[2, 2, 5, 6]] },
    [2, 4, 3, 6],
  ],
  [
    "the contributed attention",
    { op: "com.microsoft.Attention", x: [2, 5, 16], stored: [[16, 48]], attributes: { num_heads: 4 } },
    [2, 5, 16],
  ],
  [
    "the contributed attention of keys by head",
    {
      op: "com.microsoft.MultiHeadAttention",
      x: [2, 5, 16],
      z: [2, 4, 7, 4],
      stored: [[2, 4, 7, 6]],
      attributes: { num_heads: 4 },
    },
    [2, 5, 24],
  ],
  [
    "packed grouped queries",
    { op: "com.microsoft.GroupQueryAttention", x: [2, 5, 48], attributes: { num_heads: 8, kv_num_heads: 2 } },
    [2, 5, 32],
  ],
  [
    "few bits",
    {
      op: "com.microsoft.MatMulNBits",
      x: [2, 5, 64],
      stored: [[12, 2, 16], [24]],
      attributes: { N: 12, K: 64, bits: 4, block_size: 32 },
    },
    [2, 5, 12],
  ],
];

describe("sizes of what operators make", () => {
  it.each(CASES)("%s", (_, what, expected) => {
    const all = (typeof expected[0] === "number" ? [expected] : expected) as readonly (readonly number[])[];
    expect(sizesOf(what, all[0]!.length)).toEqual(all);
  });

  it.each(CASES)("%s, and no axis beyond", (_, what, expected) => {
    const all = (typeof expected[0] === "number" ? [expected] : expected) as readonly (readonly number[])[];
    expect(() => sizesOf(what, all[0]!.length + 1)).toThrow(SpecError);
  });
});

describe("sizes that are computed", () => {
  const node = (op: string, inputs: readonly string[], output: string, attributes: Attributes = {}): NodeSpec => ({
    op,
    inputs,
    outputs: [output],
    attributes,
  });

  it("go through shapes, picks, arithmetic, ranges and conditions", () => {
    const spec: GraphSpec = {
      inputs: { x: ["batch", "tokens", 64] },
      outputs: ["y"],
      stored: {
        one: { dims: [], numbers: [1] },
        two: { dims: [1], numbers: [2] },
        eight: { dims: [1], numbers: [8] },
        zero: { dims: [], numbers: [0] },
        axes: { dims: [1], numbers: [0] },
      },
      nodes: [
        node("Shape", ["x"], "shape"),
        node("Gather", ["shape", "one"], "tokens"),
        node("Range", ["zero", "tokens", "one"], "range"),
        node("Shape", ["range"], "length"),
        node("Mul", ["length", "two"], "doubled"),
        node("Equal", ["doubled", "eight"], "isEight"),
        node("Where", ["isEight", "eight", "doubled"], "chosen"),
        node("Shape", ["x"], "batch", { start: 0, end: 1 }),
        node("Div", ["chosen", "two"], "half"),
        node("Concat", ["batch", "half", "two", "eight", "eight", "two"], "all", { axis: 0 }),
        node("ReduceProd", ["all"], "product", { keepdims: 0 }),
        node("Unsqueeze", ["product", "axes"], "flat"),
        node("ConstantOfShape", ["flat"], "ones"),
        node("Expand", ["x", "half2"], "wide"),
        node("Cast", ["half"], "half2", { to: Type.INT64 }),
        node("Relu", ["wide"], "y"),
      ],
    };
    const broken = () =>
      importOnnx(sourceOfBytes(onnxBytes(spec)), {
        dims: new Map([
          ["batch", 3],
          ["tokens", 5],
        ]),
      });
    // Ten tokens doubled, halved again: 5, which is no size that [3, 5, 64] spreads out to.
    expect(broken).toThrow(/cannot be spread out to \[5\]/);
    const nodes = spec.nodes.map((each) =>
      each.outputs[0] === "wide" ? node("Reshape", ["x", "target"], "wide") : each,
    );
    const target = [node("Concat", ["half", "open"], "target", { axis: 0 })];
    const mended: GraphSpec = {
      ...spec,
      stored: { ...spec.stored, open: { dims: [1], numbers: [-1] } },
      nodes: [...nodes, ...target],
    };
    const { operators } = importOnnx(sourceOfBytes(onnxBytes(mended)), {
      dims: new Map([
        ["batch", 3],
        ["tokens", 5],
      ]),
    }).model;
    expect(operators).toMatchObject([{ primitive: "relu", elements: 3 * 5 * 64 }]);
  });

  it("of what only a run knows are refused", () => {
    const spec: GraphSpec = {
      inputs: { x: [2, 3], s: [2] },
      indices: ["s"],
      outputs: ["y"],
      nodes: [node("Reshape", ["x", "s"], "y")],
    };
    expect(() => importOnnx(sourceOfBytes(onnxBytes(spec)))).toThrow(/known only when the model runs/);
  });
});
