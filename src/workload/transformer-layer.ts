import type { Operator } from "./operator.ts";
import { queriesOf, runsOf, type Pass } from "./attention-pattern.ts";
import { attention, attentionCore } from "./attention.ts";
import { feedForward } from "./ffn.ts";
import { intoCache, linear, normalisation, vector, type Place } from "./make-operator.ts";
import type { LayerShape } from "./layer-shape.ts";

/**
 * One transformer layer in the order in which it runs.
 *
 *   pre              x + attention(norm(x)), then x + ffn(norm(x))                (CLIP, ViT, Llama)
 *   post             norm(x + attention(x)), then norm(x + ffn(x))                (BERT)
 *   both             x + norm(attention(norm(x))), then x + norm(ffn(norm(x)))    (Gemma 2)
 *   output           x + norm(attention(x)), then x + norm(ffn(x))                (OLMo 2)
 *   parallel         x + ffn(norm₂(x)) + attention(norm₁(x))                      (GPT-NeoX)
 *   parallel-shared  x + ffn(norm(x)) + attention(norm(x))                        (GPT-J, Falcon 7B)
 *
 * Attention to `crossTokens` tokens of an encoder, where there is one, is a part of its own between the two. Where tokens become fewer,
 * they do so behind the attention's sum, and the FFN has the rows that are left. Normalisations, and residual additions, have equal shapes;
 * they are listed apart because fusion and residency look at neighbours.
 */
export function transformerLayer(
  shape: LayerShape,
  batch: number,
  pass: Pass,
  place: Place,
  { crossTokens = null, reduction = null }: LayerExtras = {},
): readonly Operator[] {
  const rows = batch * queriesOf(pass);
  const left = reduction === null ? rows : batch * reduction.after;
  const rowsOf = (name: string) => (name === "ffn" ? left : rows);
  const whole = { ...place, count: place.count * runsOf(pass) };
  const norm = (name: string, part = "") =>
    normalisation(whole, name, { rows: rowsOf(part), hidden: shape.hidden, normalisation: shape.normalisation });
  const sum = (name: string) => residual(whole, `${name}-residual`, rowsOf(name) * shape.hidden);
  const scale = (name: string) =>
    shape.layerScale === true ? [layerScale(whole, name, rowsOf(name), shape.hidden)] : [];
  const reduced = (name: string) => (name === "attention" ? (reduction?.operators ?? []) : []);
  const isParallel = shape.normPosition === "parallel" || shape.normPosition === "parallel-shared";
  const parts = [
    { name: "attention", body: attention(shape, batch, pass, place) },
    ...(crossTokens === null ? [] : [{ name: "cross", body: crossAttention(shape, batch, pass, place, crossTokens) }]),
    { name: "ffn", body: feedForward(shape, left, whole) },
  ].filter(({ body }) => body.length > 0);

  if (parts.length === 0) return [];
  if (isParallel) {
    const shared = shape.normPosition === "parallel-shared";
    return [
      ...(shared ? [norm("shared-norm")] : []),
      ...parts.flatMap(({ name, body }) => [...(shared ? [] : [norm(`${name}-norm`)]), ...body, ...scale(name)]),
      ...parts.map(({ name }) => sum(name)).reverse(),
    ];
  }
  return parts.flatMap(({ name, body }) => {
    const before = shape.hasFirstNorm || name !== "attention" ? [norm(`${name}-norm`, name)] : [];
    switch (shape.normPosition) {
      case "post":
        return [...body, ...scale(name), sum(name), norm(`${name}-norm`, name), ...reduced(name)];
      case "both":
        return [...before, ...body, norm(`${name}-output-norm`, name), ...scale(name), sum(name), ...reduced(name)];
      case "output":
        return [...body, norm(`${name}-output-norm`, name), ...scale(name), sum(name), ...reduced(name)];
      default:
        return [...before, ...body, ...scale(name), sum(name), ...reduced(name)];
    }
  });
}

/** What a layer has beside its two halves. */
export interface LayerExtras {
  /** Tokens of an encoder that it attends to; null: it does not. */
  readonly crossTokens?: number | null;
  /** What makes its tokens fewer behind the attention, and how many of each input are left. */
  readonly reduction?: { readonly after: number; readonly operators: readonly Operator[] } | null;
}

function residual(place: Place, name: string, elements: number): Operator {
  return vector(place, "residual", name, { primitive: "add", elements, elementsRead: 2 * elements });
}

/** A half's result times a learned vector (Touvron et al. 2021, CaiT). */
function layerScale(place: Place, name: string, rows: number, hidden: number): Operator {
  return vector(place, "residual", `${name}-scale`, {
    primitive: "multiply",
    elements: rows * hidden,
    parametersRead: hidden,
  });
}

/**
 * Attention to the encoder's tokens: queries of these rows, keys and values of {@link crossKeys}.
 *
 *   query  [rows, hidden] · [hidden, heads·headSize]
 */
function crossAttention(
  shape: LayerShape,
  batch: number,
  pass: Pass,
  place: Place,
  tokens: number,
): readonly Operator[] {
  const { hidden, heads, headSize } = shape;
  const rows = batch * queriesOf(pass);
  const whole = { ...place, count: place.count * runsOf(pass) };
  const span = { queries: queriesOf(pass), keys: tokens, count: runsOf(pass), blocks: 1 };
  // Positions are those of the decoder's own tokens: the encoder's have none here.
  const plain = { ...shape, relative: undefined, sinks: undefined };
  return [
    linear(whole, "qkv", "cross-query", { rows, k: hidden, n: heads * headSize }),
    ...attentionCore(plain, batch, [span], place, "cross-"),
    linear(whole, "output-projection", "cross-output", { rows, k: heads * headSize, n: hidden }),
  ];
}

/** Keys and values of the encoder's tokens, made once an input and kept: [batch·tokens, hidden] · [hidden, 2·kvHeads·headSize]. */
export function crossKeys(shape: LayerShape, batch: number, tokens: number, place: Place): readonly Operator[] {
  const { hidden, kvHeads, headSize } = shape;
  const work = { rows: batch * tokens, k: hidden, n: 2 * kvHeads * headSize };
  return [intoCache(linear(place, "qkv", "cross-keys-values", work), 1, place)];
}
