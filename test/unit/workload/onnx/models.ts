import { GraphWriter, Type, type GraphSpec } from "./write.ts";

/** Sizes of the block of an encoder. */
export const BERT = {
  layers: 2,
  hidden: 64,
  heads: 4,
  ffn: 256,
  vocabulary: 1000,
  positions: 128,
  tokens: 32,
} as const;

/** Root mean square and the like by single operators, as exporters without them write a layer norm. */
function layerNorm(g: GraphWriter, name: string, x: string, hidden: number): string {
  const at = (part: string) => `${name}/${part}`;
  const centred = g.add("Sub", at("Sub"), [x, g.add("ReduceMean", at("Mean"), [x], { axes: [-1] })]);
  const squared = g.add("Pow", at("Pow"), [centred, g.scalar(at("two"), 2)]);
  const variance = g.add("ReduceMean", at("Variance"), [squared], { axes: [-1] });
  const deviation = g.add("Sqrt", at("Sqrt"), [g.add("Add", at("AddEps"), [variance, g.scalar(at("eps"), 1e-12)])]);
  const scaled = g.add("Mul", at("Mul"), [
    g.add("Div", at("Div"), [centred, deviation]),
    g.weight(at("gain"), [hidden]),
  ]);
  return g.add("Add", at("Add"), [scaled, g.weight(at("offset"), [hidden])]);
}

function gelu(g: GraphWriter, name: string, x: string): string {
  const at = (part: string) => `${name}/${part}`;
  const erf = g.add("Erf", at("Erf"), [g.add("Div", at("Div"), [x, g.scalar(at("root"), Math.SQRT2)])]);
  const product = g.add("Mul", at("Mul"), [x, g.add("Add", at("Add"), [erf, g.scalar(at("one"), 1)])]);
  return g.add("Mul", at("Half"), [product, g.scalar(at("half"), 0.5)]);
}

function dense(g: GraphWriter, name: string, x: string, k: number, n: number): string {
  const product = g.add("MatMul", `${name}/MatMul`, [x, g.weight(`${name}.weight`, [k, n])]);
  return g.add("Add", `${name}/Add`, [g.weight(`${name}.bias`, [n]), product]);
}

/**
 * An encoder as exporters of primitive operators write it: sizes by Shape, Gather and Concat, layer norms and GELU in parts, heads by
 * Reshape and Transpose, a mask from the attention mask.
 */
export function bertLike(): GraphSpec {
  const { layers, hidden, heads, ffn, vocabulary, positions } = BERT;
  const g = new GraphWriter();
  const shape = g.add("Shape", "shape", ["input_ids"]);
  const pick = (name: string, at: number) => {
    const size = g.add("Gather", `${name}/Gather`, [shape, g.numbers(`${name}/at`, [at], [])], { axis: 0 });
    return g.add("Unsqueeze", `${name}/Unsqueeze`, [size, g.numbers(`${name}/axes`, [0])]);
  };
  const [batch, tokens] = [pick("batch", 0), pick("tokens", 1)];
  const words = g.add("Gather", "embeddings/words", [g.weight("words.weight", [vocabulary, hidden]), "input_ids"]);
  const starts = g.numbers("position/start", [0]);
  const ids = g.add("Slice", "position/Slice", [
    g.numbers("position.ids", [...Array(positions).keys()], [1, positions]),
    starts,
    tokens,
    g.numbers("position/axis", [1]),
  ]);
  const places = g.add("Gather", "embeddings/positions", [g.weight("positions.weight", [positions, hidden]), ids]);
  let x = layerNorm(g, "embeddings/norm", g.add("Add", "embeddings/Add", [words, places]), hidden);
  const wide = g.add("Unsqueeze", "mask/Unsqueeze", ["attention_mask", g.numbers("mask/axes", [1, 2])]);
  const inverse = g.add("Sub", "mask/Sub", [
    g.scalar("mask/one", 1),
    g.add("Cast", "mask/Cast", [wide], { to: Type.FLOAT }),
  ]);
  const mask = g.add("Mul", "mask/Mul", [inverse, g.scalar("mask/least", -10000)]);
  for (let layer = 0; layer < layers; layer++) {
    const at = (part: string) => `/encoder/layer.${layer}/${part}`;
    const split = (part: string, order: readonly number[]) => {
      const rows = dense(g, at(part), x, hidden, hidden);
      const dims = g.add(
        "Concat",
        at(`${part}/Concat`),
        [batch, tokens, g.numbers(at(`${part}/heads`), [heads]), g.numbers(at(`${part}/size`), [hidden / heads])],
        { axis: 0 },
      );
      return g.add("Transpose", at(`${part}/Transpose`), [g.add("Reshape", at(`${part}/Reshape`), [rows, dims])], {
        perm: order,
      });
    };
    const query = split("query", [0, 2, 1, 3]);
    const key = split("key", [0, 2, 3, 1]);
    const value = split("value", [0, 2, 1, 3]);
    const scores = g.add("Div", at("Div"), [
      g.add("MatMul", at("scores"), [query, key]),
      g.scalar(at("root"), Math.sqrt(hidden / heads)),
    ]);
    const weights = g.add("Softmax", at("Softmax"), [g.add("Add", at("AddMask"), [scores, mask])], { axis: -1 });
    const context = g.add("Transpose", at("Transpose"), [g.add("MatMul", at("context"), [weights, value])], {
      perm: [0, 2, 1, 3],
    });
    const rows = g.add("Reshape", at("Reshape"), [context, g.numbers(at("rows"), [0, 0, hidden])]);
    const attended = g.add("Add", at("AddAttention"), [dense(g, at("output"), rows, hidden, hidden), x]);
    const normed = layerNorm(g, at("norm1"), attended, hidden);
    const up = gelu(g, at("gelu"), dense(g, at("up"), normed, hidden, ffn));
    x = layerNorm(g, at("norm2"), g.add("Add", at("AddFfn"), [dense(g, at("down"), up, ffn, hidden), normed]), hidden);
  }
  const outputs = [g.add("Identity", "last", [x])];
  const sizes = ["batch", "sequence"];
  return {
    ...{ name: "bert-like", opset: 13, nodes: g.nodes, stored: g.stored, outputs },
    inputs: { input_ids: sizes, attention_mask: sizes },
    indices: ["input_ids", "attention_mask"],
  };
}

export const DECODER = {
  layers: 2,
  hidden: 64,
  heads: 8,
  keyHeads: 2,
  headSize: 16,
  ffn: 160,
  vocabulary: 500,
  positions: 256,
} as const;

/** A decoder by contributed operators: norms with sums, grouped queries with a cache and rotation, SwiGLU, a last matrix of 4 bits. */
export function decoderLike(): GraphSpec {
  const { layers, hidden, heads, keyHeads, headSize, ffn, vocabulary, positions } = DECODER;
  const g = new GraphWriter();
  const ms = (op: string) => `com.microsoft.${op}`;
  const linear = (name: string, x: string, k: number, n: number) =>
    g.add("MatMul", `${name}/MatMul`, [x, g.weight(`${name}.weight`, [k, n])]);
  const cosine = g.weight("cos_cache", [positions, headSize / 2]);
  const sine = g.weight("sin_cache", [positions, headSize / 2]);
  const outputs: string[] = [];
  let sum = g.add("Gather", "embed", [g.weight("embed.weight", [vocabulary, hidden]), "input_ids"]);
  let x = g.add("SimplifiedLayerNormalization", "norm", [sum, g.weight("norm.gain", [hidden])], { axis: -1 });
  const inputs: Record<string, readonly (string | number)[]> = {
    input_ids: ["batch", "sequence"],
    seqlens_k: ["batch"],
    total: [],
  };
  for (let layer = 0; layer < layers; layer++) {
    const at = (part: string) => `/model/layers.${layer}/${part}`;
    const past = ["key", "value"].map((kind) => `past_key_values.${layer}.${kind}`);
    for (const each of past) inputs[each] = ["batch", keyHeads, "past", headSize];
    const parts = [
      linear(at("q_proj"), x, hidden, heads * headSize),
      linear(at("k_proj"), x, hidden, keyHeads * headSize),
      linear(at("v_proj"), x, hidden, keyHeads * headSize),
    ];
    const [context, ...present] = g.all(
      ms("GroupQueryAttention"),
      at("attention"),
      [...parts, ...past, "seqlens_k", "total", cosine, sine],
      3,
      { num_heads: heads, kv_num_heads: keyHeads, do_rotary: 1 },
    );
    outputs.push(...present);
    const attended = linear(at("o_proj"), context!, heads * headSize, hidden);
    const skip = (name: string, a: string, b: string) => {
      const results = g.all(
        ms("SkipSimplifiedLayerNormalization"),
        name,
        [a, b, g.weight(`${name}.gain`, [hidden])],
        4,
      );
      return [results[0]!, results[3]!] as const;
    };
    const [normed, sum1] = skip(at("norm1"), sum, attended);
    const gate = linear(at("gate"), normed, hidden, ffn);
    const active = g.add("Mul", at("SiLU"), [gate, g.add("Sigmoid", at("Sigmoid"), [gate])]);
    const wide = g.add("Mul", at("Mul"), [active, linear(at("up"), normed, hidden, ffn)]);
    [x, sum] = skip(at("norm2"), sum1, linear(at("down"), wide, ffn, hidden));
  }
  g.stored["head.weight"] = { dims: [vocabulary, hidden / 32, 16], type: Type.UINT8 };
  g.stored["head.scales"] = { dims: [vocabulary * (hidden / 32)], type: Type.FLOAT };
  outputs.push(
    g.add(ms("MatMulNBits"), "/lm_head/MatMul", [x, "head.weight", "head.scales"], {
      N: vocabulary,
      K: hidden,
      bits: 4,
      block_size: 32,
    }),
  );
  return {
    name: "decoder-like",
    opset: 18,
    nodes: g.nodes,
    stored: g.stored,
    inputs,
    indices: ["input_ids", "seqlens_k", "total"],
    outputs,
  };
}

export const STEM = { image: 32, channels: 3, first: 16, hidden: 48, heads: 3, classes: 10 } as const;

/** A convolutional stem with a depthwise part, then attention by ONNX's own operator over the places of the image. */
export function stemLike(): GraphSpec {
  const { image, channels, first, hidden, heads, classes } = STEM;
  const g = new GraphWriter();
  const side = image / 4;
  const conv1 = g.add(
    "Conv",
    "stem/conv1",
    ["image", g.weight("conv1.weight", [first, channels, 3, 3]), g.weight("conv1.bias", [first])],
    { strides: [2, 2], pads: [1, 1, 1, 1], kernel_shape: [3, 3] },
  );
  const active = g.add("Relu", "stem/relu", [conv1]);
  const depthwise = g.add(
    "Conv",
    "stem/depthwise",
    [active, g.weight("depthwise.weight", [first, 1, 5, 5]), g.weight("depthwise.bias", [first])],
    { group: first, strides: [2, 2], auto_pad: "SAME_UPPER" },
  );
  const pointwise = g.add(
    "Conv",
    "stem/pointwise",
    [depthwise, g.weight("pointwise.weight", [hidden, first, 1, 1])],
    {},
  );
  const flat = g.add("Reshape", "flat", [pointwise, g.numbers("flat/shape", [0, hidden, -1])]);
  const rows = g.add("Transpose", "rows", [flat], { perm: [0, 2, 1] });
  const x = g.add("Add", "positions", [rows, g.weight("positions.weight", [1, side * side, hidden])]);
  const normed = g.add(
    "LayerNormalization",
    "norm1",
    [x, g.weight("norm1.gain", [hidden]), g.weight("norm1.offset", [hidden])],
    { axis: -1 },
  );
  const qkv = g.add("MatMul", "qkv/MatMul", [normed, g.weight("qkv.weight", [hidden, 3 * hidden])]);
  const [q, k, v] = g.all("Split", "split", [qkv, g.numbers("split/sizes", [hidden, hidden, hidden])], 3, { axis: 2 });
  const context = g.add("Attention", "attention", [q!, k!, v!], { q_num_heads: heads, kv_num_heads: heads });
  const output = g.add("Add", "add1", [
    x,
    g.add("MatMul", "output/MatMul", [context, g.weight("output.weight", [hidden, hidden])]),
  ]);
  const up = g.add("MatMul", "up/MatMul", [output, g.weight("up.weight", [hidden, 2 * hidden])]);
  const down = g.add("MatMul", "down/MatMul", [
    g.add("Gelu", "gelu", [up]),
    g.weight("down.weight", [2 * hidden, hidden]),
  ]);
  const pooled = g.add("ReduceMean", "pool", [g.add("Add", "add2", [output, down]), g.numbers("pool/axes", [1])], {
    keepdims: 0,
  });
  const logits = g.add(
    "Gemm",
    "classifier",
    [pooled, g.weight("classifier.weight", [classes, hidden]), g.weight("classifier.bias", [classes])],
    { transB: 1 },
  );
  return {
    ...{ name: "stem-like", opset: 23, nodes: g.nodes, stored: g.stored, outputs: [logits] },
    inputs: { image: ["N", channels, image, image] },
  };
}
