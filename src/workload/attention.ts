import type { Operator } from "./operator.ts";
import { masked } from "./attention-mask.ts";
import { queriesOf, runsOf, spansOf, type Pass, type Span } from "./attention-pattern.ts";
import { latentAttention } from "./latent-attention.ts";
import { recurrentMixer } from "./recurrent.ts";
import { intoCache, linear, product, vector, type Place } from "./make-operator.ts";
import { primitiveOfNorm, recurrentOf, type LayerShape } from "./layer-shape.ts";

/**
 * Multi-head attention of one layer, up to and with the output projection.
 *
 *   qkv      [batch·queries, hidden] · [hidden, (heads + 2·kvHeads)·headSize], and the columns of a gate where there is one
 *   scores   per (input, KV head): [group·queries, headSize] · [headSize, keys],  group = heads / kvHeads
 *   softmax  rows of `keys`
 *   context  per (input, KV head): [group·queries, keys] · [keys, headSize]
 *   output   [batch·queries, heads·headSize] · [heads·headSize, hidden]
 *
 * QKV is one GEMM: the three projections read the same rows, so their weights stand side by side and the rows are read once.
 * With grouped queries the heads of a group have the same K and V, which makes their rows one product: K and V are read
 * once a group. `heads · headSize` need not be `hidden` (pruned CLIP keeps headSize 64).
 *
 * A causal mask leaves the products whole: the upper triangle is computed and masked, as dense kernels do. What fused attention may
 * leave out of it is said by the scores. The scale
 * 1/√headSize, the mask and the slopes of ALiBi are part of the softmax's first pass; a table of relative positions, spread out to
 * [heads, queries, keys], is read there.
 */
export function attention(shape: LayerShape, batch: number, pass: Pass, place: Place): readonly Operator[] {
  if (shape.attentionKind === "none") return [];
  if (shape.attentionKind === "recurrent") return recurrentMixer(shape, recurrentOf(shape), batch, pass, place);
  if (shape.latent !== undefined) return latentAttention(shape, shape.latent, batch, pass, place);
  const { hidden, heads, kvHeads, headSize } = shape;
  const rows = batch * queriesOf(pass);
  const whole = { ...place, count: place.count * runsOf(pass) };
  const n = (heads + 2 * kvHeads) * headSize + gateWidth(shape);
  const made = linear(whole, "qkv", "qkv", { rows, k: hidden, n });
  const qkv = intoCache(made, (2 * kvHeads * headSize) / n, whole);
  const output = linear(whole, "output-projection", "output-projection", { rows, k: heads * headSize, n: hidden });
  return [
    qkv,
    ...queryKeyNorms(shape, rows, whole),
    ...(shape.position === "rotary" ? [rope(shape, rows, whole, queriesOf(pass))] : []),
    ...disentangledTables(shape, whole),
    ...attentionCore(shape, batch, spansOf(shape.attentionKind, pass), place),
    ...gate(shape, rows, whole),
    output,
  ];
}

/** Columns that make the gate of the result, beside those of queries, keys and values. */
export function gateWidth({ attentionGate, heads, headSize }: LayerShape): number {
  return attentionGate === undefined ? 0 : attentionGate === "head" ? heads : heads * headSize;
}

/** The result times the sigmoid of its gate, which is (1 + tanh(x / 2)) / 2. */
function gate(shape: LayerShape, rows: number, place: Place): readonly Operator[] {
  const width = rows * gateWidth(shape);
  if (width === 0) return [];
  const elements = rows * shape.heads * shape.headSize;
  return [
    vector(place, "activation", "gate-activation", { primitive: "tanh", elements: width }),
    vector(place, "activation", "gating", { primitive: "multiply", elements, elementsRead: elements + width }),
  ];
}

/** Scores, softmax and context over some spans of keys. */
export function attentionCore(
  shape: LayerShape,
  batch: number,
  spans: readonly Span[],
  place: Place,
  prefix = "",
): readonly Operator[] {
  return spans.flatMap((span, at) => {
    const isSecond = spans.some(({ keys }, other) => other < at && keys === span.keys);
    const suffix = spans.length > 1 ? `.at-${span.keys}${isSecond ? ".rest" : ""}` : "";
    return spanOperators(shape, batch, span, { ...place, count: place.count * span.count }, prefix, suffix);
  });
}

function spanOperators(
  shape: LayerShape,
  batch: number,
  span: Span,
  place: Place,
  prefix: string,
  suffix: string,
): Operator[] {
  const { heads, kvHeads, headSize } = shape;
  const { queries, keys, blocks } = span;
  const name = (part: string) => `${prefix}${part}${suffix}`;
  const groups = { batch: batch * blocks * kvHeads, m: (heads / kvHeads) * queries };
  const scores = product(place, "scores", name("scores"), { ...groups, k: headSize, n: keys });
  return [
    masked(scores, shape.causal, span),
    ...disentangledScores(shape, batch, span, place, suffix),
    vector(place, "softmax", name("softmax"), {
      primitive: "softmax",
      elements: batch * blocks * heads * queries * keys,
      rowLength: keys,
      parametersRead: softmaxParameters(shape, span),
    }),
    product(place, "context", name("context"), { ...groups, k: keys, n: headSize }),
  ];
}

/** Biases of relative positions, spread out over all pairs and shared by the batch, and one sink a head. */
function softmaxParameters(shape: LayerShape, { queries, keys, blocks }: Span): number {
  const { heads, relative, sinks } = shape;
  return (relative === undefined ? 0 : heads * blocks * queries * keys) + (sinks === true ? heads : 0);
}

/** Norms of queries and of keys, before their rotation. */
function queryKeyNorms(shape: LayerShape, rows: number, place: Place): readonly Operator[] {
  const { heads, kvHeads, headSize, qkNorm } = shape;
  if (qkNorm === undefined) return [];
  return [
    { name: "query-norm", count: heads },
    { name: "key-norm", count: kvHeads },
  ].map(({ name, count }) =>
    vector(place, "normalisation", name, {
      primitive: primitiveOfNorm(shape.normalisation),
      elements: rows * count * headSize,
      rowLength: qkNorm === "projection" ? count * headSize : headSize,
      parametersRead: queryKeyNormParameters(shape, count),
    }),
  );
}

/** Trained numbers of the norm of `count` heads. */
export function queryKeyNormParameters(shape: LayerShape, count: number): number {
  const { headSize, qkNorm, normalisation } = shape;
  if (qkNorm === undefined || qkNorm === "plain") return 0;
  // Norms that stand side by side for the heads, and over the whole projection, have gains alone.
  return qkNorm === "head" ? (normalisation === "layernorm" ? 2 : 1) * headSize : count * headSize;
}

/**
 * Rotary position of queries and keys. The table of sines and cosines (half of the rotated elements of each per position, the same for
 * all heads and inputs) is read like a parameter, though it is not trained and not counted as one.
 */
function rope(shape: LayerShape, rows: number, place: Place, queries: number): Operator {
  const { heads, kvHeads, headSize, rotarySize = headSize } = shape;
  return vector(place, "rope", "rope", {
    primitive: "rope",
    elements: rows * (heads + kvHeads) * rotarySize,
    parametersRead: queries * rotarySize,
  });
}

/** The table of relative positions through the matrices of query and key (He et al. 2020, arXiv 2006.03654). */
function disentangledTables(shape: LayerShape, place: Place): readonly Operator[] {
  const { disentangled, hidden, heads, headSize } = shape;
  if (disentangled === undefined) return [];
  const work = { rows: disentangled, k: hidden, n: heads * headSize };
  return [linear(place, "qkv", "position-query", work), linear(place, "qkv", "position-key", work)];
}

/** Content to position and position to content: queries meet the positions' keys, and keys the positions' queries. */
function disentangledScores(
  shape: LayerShape,
  batch: number,
  { queries, keys, blocks }: Span,
  place: Place,
  suffix: string,
): readonly Operator[] {
  const { disentangled, heads, headSize } = shape;
  if (disentangled === undefined) return [];
  const all = batch * blocks * heads;
  const add = (name: string) =>
    vector(place, "position-embedding", `${name}${suffix}`, {
      primitive: "add",
      elements: all * queries * keys,
      elementsRead: 2 * all * queries * keys,
    });
  return [
    product(place, "scores", `content-to-position${suffix}`, { batch: all, m: queries, k: headSize, n: disentangled }),
    add("add-content-to-position"),
    product(place, "scores", `position-to-content${suffix}`, { batch: all, m: keys, k: headSize, n: disentangled }),
    add("add-position-to-content"),
  ];
}
