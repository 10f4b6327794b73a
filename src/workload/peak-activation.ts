import { layerTokens } from "../spec/token-reduction.ts";
import { parseKind } from "./attention-pattern.ts";
import { layersOf, recurrentOf, type LayerShape } from "./layer-shape.ts";
import { recurrentWidth } from "./recurrent.ts";

/**
 * Activation elements alive at once in a stack of layers, at their largest.
 *
 * Rule: nothing is fused; every operator holds its inputs and its result in full; a tensor lives from the operator that
 * makes it to the last one that reads it; softmax, activation, gating, residual addition and RoPE work in place. The residual
 * stream x (rows · hidden) lives through both halves of a layer. So one layer is at its largest at one of
 *
 *   qkv       x + norm(x) + q,k,v                 (post-norm: x itself is the input, no norm(x))
 *   scores    x + q,k,v + S                       S = batch · heads · queries · keys
 *   context   x + v + S + c                       c = rows · heads · headSize
 *   output    x + c + rows·hidden
 *   state     x + norm(x) + what a recurrent mixer makes of it, and its result
 *   ffn up    x + norm(x) + wide                  wide = rows · ffn, twice if gated
 *   ffn down  x + rows·ffn + rows·hidden
 *
 * With a KV cache, k and v are counted there and not here. Fused attention has no S: a block of query rows at a time is on chip, and
 * only its result leaves. Where tokens become fewer behind the attention, the FFN has the rows that are left. Keys and values that are made of a latent cache for all heads live while their layer attends.
 */
export function peakOfStack(tower: Parameters<typeof layerTokens>[0], span: LiveSpan): number {
  const fewer = layerTokens(tower);
  const peaks = layersOf(tower).map((shape, layer) => {
    const { before, after } = fewer?.[layer] ?? { before: span.queries, after: span.queries };
    const keys = fewer === null ? span.keys : before;
    return peakOfLayer(shape, { ...span, queries: before, keys }, span.batch * after);
  });
  return Math.max(0, ...peaks);
}

/** What one run of a stack holds at once. */
export interface LiveSpan {
  readonly batch: number;
  readonly queries: number;
  readonly keys: number;
  readonly kvCache: boolean;
  /** Scores, softmax and context are one kernel. */
  readonly isFused: boolean;
}

/** @param left  rows of the FFN */
function peakOfLayer(shape: LayerShape, span: LiveSpan, left: number): number {
  const rows = span.batch * span.queries;
  const stream = rows * shape.hidden;
  // Where norms stand behind, the stream itself is what the matrices read.
  const isNormedApart = shape.normPosition !== "post" && shape.normPosition !== "output";
  const normedOf = (count: number): number => (isNormedApart ? count * shape.hidden : 0);
  const normed = normedOf(rows);
  const queries = rows * shape.heads * shape.headSize;
  const values = span.kvCache ? spreadOut(shape, span) / 2 : rows * shape.kvHeads * shape.headSize;
  const attends = shape.attentionKind !== "none" && shape.attentionKind !== "recurrent";
  const keys = Math.min(span.keys, parseKind(shape.attentionKind).size);
  const scores = attends && !span.isFused ? rows * shape.heads * keys : 0;
  const wide = left * innerWidth(shape);
  const mixed = shape.attentionKind === "recurrent" ? rows * recurrentWidth(recurrentOf(shape)) : 0;
  const attention = Math.max(
    normed + mixed,
    normed + queries + 2 * values,
    queries + 2 * values + scores,
    values + scores + queries,
    queries + stream,
  );
  const leftStream = left * shape.hidden;
  const ffn = Math.max(normedOf(left) + (shape.gated ? 2 : 1) * wide, wide + leftStream);
  return Math.max(stream + attention, leftStream + ffn);
}

/** Keys and values of all heads, where a layer makes them of latent vectors. */
function spreadOut({ latent, heads }: LayerShape, { batch, queries, keys }: LiveSpan): number {
  if (latent === undefined || (latent.absorbed && queries === 1)) return 0;
  return batch * keys * heads * (latent.nope + latent.value);
}

/** Inner values of one token: those of the experts that it goes through and the shared ones, or of the FFN. */
function innerWidth({ ffn, routed }: LayerShape): number {
  return routed === null ? ffn : routed.active * routed.ffn + routed.shared;
}
