import type { Operator } from "./operator.ts";
import { linear, product, vector, type Place } from "./make-operator.ts";
import type { LayerShape } from "./layer-shape.ts";

/** Query rows that meet `keys` key rows, `count` times in one run of the layer. */
export interface Span {
  readonly queries: number;
  readonly keys: number;
  readonly count: number;
}

/**
 * Multi-head attention of one layer, up to and with the output projection.
 *
 *   qkv      [batch·queries, hidden] · [hidden, (heads + 2·kvHeads)·headSize]
 *   scores   per (input, KV head): [group·queries, headSize] · [headSize, keys],  group = heads / kvHeads
 *   softmax  rows of `keys`
 *   context  per (input, KV head): [group·queries, keys] · [keys, headSize]
 *   output   [batch·queries, heads·headSize] · [heads·headSize, hidden]
 *
 * QKV is one GEMM: the three projections read the same rows, so their weights stand side by side and the rows are read once.
 * With grouped queries the heads of a group have the same K and V, which makes their rows one product: K and V are read
 * once a group. `heads · headSize` need not be `hidden` (pruned CLIP keeps headSize 64).
 *
 * A causal mask leaves the products whole: the upper triangle is computed and masked, as dense kernels do. The scale
 * 1/√headSize and the mask are part of the softmax's first pass.
 */
export function attention(shape: LayerShape, batch: number, spans: readonly Span[], place: Place): readonly Operator[] {
  const { hidden, heads, kvHeads, headSize } = shape;
  const rows = batch * (spans[0]?.queries ?? 0);
  const runs = spans.reduce((sum, span) => sum + span.count, 0);
  const whole = { ...place, count: place.count * runs };
  const qkv = linear(whole, "qkv", "qkv", { rows, k: hidden, n: (heads + 2 * kvHeads) * headSize });
  const output = linear(whole, "output-projection", "output-projection", { rows, k: heads * headSize, n: hidden });
  const core = spans.flatMap((span) => {
    const suffix = spans.length > 1 ? `.at-${span.keys}` : "";
    return attentionCore(shape, batch, span, { ...place, count: place.count * span.count }, suffix);
  });
  return [qkv, ...(shape.position === "rotary" ? [rope(shape, rows, whole, spans)] : []), ...core, output];
}

function attentionCore(shape: LayerShape, batch: number, span: Span, place: Place, suffix: string): Operator[] {
  const { heads, kvHeads, headSize } = shape;
  const groups = { batch: batch * kvHeads, m: (heads / kvHeads) * span.queries };
  return [
    product(place, "scores", `scores${suffix}`, { ...groups, k: headSize, n: span.keys }),
    vector(place, "softmax", `softmax${suffix}`, {
      primitive: "softmax",
      elements: batch * heads * span.queries * span.keys,
      rowLength: span.keys,
    }),
    product(place, "context", `context${suffix}`, { ...groups, k: span.keys, n: headSize }),
  ];
}

/**
 * Rotary position of queries and keys. The table of sines and cosines (headSize / 2 of each per position, the same for
 * all heads and inputs) is read like a parameter, though it is not trained and not counted as one.
 */
function rope(shape: LayerShape, rows: number, place: Place, spans: readonly Span[]): Operator {
  const { heads, kvHeads, headSize } = shape;
  return vector(place, "rope", "rope", {
    primitive: "rope",
    elements: rows * (heads + kvHeads) * headSize,
    parametersRead: (spans[0]?.queries ?? 0) * headSize,
  });
}
