import type { Operator } from "./operator.ts";
import { attention, type Span } from "./attention.ts";
import { feedForward } from "./ffn.ts";
import { normalisation, vector, type Place } from "./make-operator.ts";
import type { LayerShape } from "./layer-shape.ts";

/**
 * One transformer layer in the order in which it runs.
 *
 *   pre    x + attention(norm(x)), then x + ffn(norm(x))          (CLIP, ViT, Llama)
 *   post   norm(x + attention(x)), then norm(x + ffn(x))          (BERT)
 *
 * The two normalisations, and the two residual additions, have equal shapes; they are listed apart because
 * fusion and residency look at neighbours.
 */
export function transformerLayer(
  shape: LayerShape,
  batch: number,
  spans: readonly Span[],
  place: Place,
): readonly Operator[] {
  const rows = batch * (spans[0]?.queries ?? 0);
  const whole = { ...place, count: place.count * spans.reduce((sum, span) => sum + span.count, 0) };
  const halves = [
    { name: "attention", body: attention(shape, batch, spans, place) },
    { name: "ffn", body: feedForward(shape, rows, whole) },
  ];
  return halves.flatMap(({ name, body }) => {
    const norm = normalisation(whole, `${name}-norm`, {
      rows,
      hidden: shape.hidden,
      normalisation: shape.normalisation,
    });
    const sum = residual(whole, `${name}-residual`, rows * shape.hidden);
    return shape.normPosition === "pre" ? [norm, ...body, sum] : [...body, sum, norm];
  });
}

function residual(place: Place, name: string, elements: number): Operator {
  return vector(place, "residual", name, { primitive: "add", elements, elementsRead: 2 * elements });
}
