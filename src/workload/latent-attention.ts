import type { LatentAttention } from "../spec/model.ts";
import { masked } from "./attention-mask.ts";
import { queriesOf, runsOf, spansOf, type Pass, type Span } from "./attention-pattern.ts";
import type { LayerShape } from "./layer-shape.ts";
import {
  batchedLinear,
  intoCache,
  linear,
  normalisation,
  outOfCache,
  product,
  vector,
  type Place,
} from "./make-operator.ts";
import type { Operator } from "./operator.ts";

/**
 * Multi-head latent attention of one layer (DeepSeek-AI 2024, arXiv 2405.04434, section 2.1). With n, r, v the sizes of a head without
 * and with position and of its value, c the latent width, H heads:
 *
 *   query   [rows, hidden] · [hidden, H·(n + r)], or through a norm of `queryRank` values
 *   latent  [rows, hidden] · [hidden, c + r]: what is cached, c of it through a norm, r rotated for all heads
 *
 *   spread out (a prompt, or steps that are not absorbed)
 *     up       [keys, c] · [c, H·(n + v)]
 *     scores   per head: [queries, n + r] · [n + r, keys];  context: [queries, keys] · [keys, v]
 *
 *   absorbed (decode steps): the halves of `up` stand before the scores and behind the context
 *     query    per head: [rows, n] · [n, c]
 *     scores   all heads at once: [H·queries, c + r] · [c + r, keys];  context: [H·queries, keys] · [keys, c]
 *     value    per head: [rows, c] · [c, v]
 */
export function latentAttention(
  shape: LayerShape,
  latent: LatentAttention,
  batch: number,
  pass: Pass,
  place: Place,
): readonly Operator[] {
  const { hidden, heads } = shape;
  const { keyValueRank, nope, rope, value } = latent;
  const queries = queriesOf(pass);
  const rows = batch * queries;
  const whole = { ...place, count: place.count * runsOf(pass) };
  const norm = { rows, hidden: keyValueRank, normalisation: shape.normalisation };
  const spans = spansOf(shape.attentionKind, pass);
  const isAbsorbed = latent.absorbed && "steps" in pass;
  const core = isAbsorbed ? absorbed : spreadOut;
  return [
    ...queryOperators(shape, latent, rows, whole),
    intoCache(linear(whole, "qkv", "key-value-down", { rows, k: hidden, n: keyValueRank + rope }), 1, whole),
    normalisation(whole, "key-value-norm", norm),
    vector(whole, "rope", "rope", {
      primitive: "rope",
      elements: rows * (heads + 1) * rope,
      parametersRead: queries * rope,
    }),
    ...(isAbsorbed
      ? [batchedLinear(whole, "qkv", "absorbed-query", { batch: heads, rows, k: nope, n: keyValueRank })]
      : []),
    ...spans.flatMap((span) => {
      const suffix = spans.length > 1 ? `.at-${span.keys}` : "";
      return core(shape, latent, batch, span, { ...place, count: place.count * span.count }, suffix);
    }),
    ...(isAbsorbed
      ? [batchedLinear(whole, "output-projection", "absorbed-value", { batch: heads, rows, k: keyValueRank, n: value })]
      : []),
    linear(whole, "output-projection", "output-projection", { rows, k: heads * value, n: hidden }),
  ];
}

function queryOperators(shape: LayerShape, latent: LatentAttention, rows: number, place: Place): readonly Operator[] {
  const { hidden, heads, normalisation: kind } = shape;
  const n = heads * (latent.nope + latent.rope);
  const rank = latent.queryRank;
  if (rank === 0) return [linear(place, "qkv", "query", { rows, k: hidden, n })];
  return [
    linear(place, "qkv", "query-down", { rows, k: hidden, n: rank }),
    normalisation(place, "query-norm", { rows, hidden: rank, normalisation: kind }),
    linear(place, "qkv", "query-up", { rows, k: rank, n }),
  ];
}

type Core = (
  shape: LayerShape,
  latent: LatentAttention,
  batch: number,
  span: Span,
  place: Place,
  suffix: string,
) => readonly Operator[];

/** Keys and values of every head are made of the latent vectors of all tokens in sight. */
const spreadOut: Core = ({ heads, causal }, { keyValueRank, nope, rope, value }, batch, span, place, suffix) => {
  const { queries, keys, blocks } = span;
  const all = batch * blocks;
  const up = { rows: all * keys, k: keyValueRank, n: heads * (nope + value) };
  // What is spread out is no longer what the cache holds.
  const outside = { ...place, hasCache: false };
  return [
    outOfCache(linear(place, "qkv", `key-value-up${suffix}`, up), place),
    masked(
      product(outside, "scores", `scores${suffix}`, { batch: all * heads, m: queries, k: nope + rope, n: keys }),
      causal,
      span,
    ),
    softmax(place, suffix, all * heads * queries, keys),
    product(outside, "context", `context${suffix}`, { batch: all * heads, m: queries, k: keys, n: value }),
  ];
};

const absorbed: Core = ({ heads }, { keyValueRank, rope }, batch, span, place, suffix) => {
  const { queries, keys, blocks } = span;
  const all = { batch: batch * blocks, m: heads * queries };
  return [
    product(place, "scores", `scores${suffix}`, { ...all, k: keyValueRank + rope, n: keys }),
    softmax(place, suffix, all.batch * all.m, keys),
    product(place, "context", `context${suffix}`, { ...all, k: keys, n: keyValueRank }),
  ];
};

function softmax(place: Place, suffix: string, rows: number, keys: number): Operator {
  return vector(place, "softmax", `softmax${suffix}`, { primitive: "softmax", elements: rows * keys, rowLength: keys });
}

/** Elements of the matrices. */
export function latentMatrices({ hidden, heads }: LayerShape, latent: LatentAttention): number {
  const { queryRank, keyValueRank, nope, rope, value } = latent;
  const query = heads * (nope + rope);
  return (
    (queryRank === 0 ? hidden * query : hidden * queryRank + queryRank * query) +
    hidden * (keyValueRank + rope) +
    keyValueRank * heads * (nope + value) +
    heads * value * hidden
  );
}

/** Trained numbers of the matrices, norms and biases. */
export function latentParameters(shape: LayerShape, latent: LatentAttention): number {
  const { hidden, heads, bias } = shape;
  const { queryRank, keyValueRank, nope, rope } = latent;
  const query = heads * (nope + rope);
  const biases =
    bias === false || bias === "ffn" ? 0 : (queryRank === 0 ? query : queryRank) + keyValueRank + rope + hidden;
  return latentMatrices(shape, latent) + queryRank + keyValueRank + biases;
}
