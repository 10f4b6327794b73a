import type { Operator } from "./operator.ts";
import { mixtureOfExperts } from "./experts.ts";
import { linear, normalisation, vector, type Place } from "./make-operator.ts";
import { hasFfn, type LayerShape } from "./layer-shape.ts";

/**
 * Feed-forward network of one layer.
 *
 *   plain   up [rows, hidden]·[hidden, ffn], activation, down [rows, ffn]·[ffn, hidden]
 *   gated   up and gate of the same shape; activation of the gate, times up (SwiGLU with SiLU); down
 *
 * A layer with experts has them in its place; one with neither has no such half.
 */
export function feedForward(shape: LayerShape, rows: number, place: Place): readonly Operator[] {
  const { hidden, ffn, routed } = shape;
  if (!hasFfn(shape)) return [];
  if (routed !== null) return mixtureOfExperts(shape, routed, rows, place);
  const elements = rows * ffn;
  const wide = { rows, k: hidden, n: ffn };
  const up = linear(place, "ffn-up", "ffn-up", wide);
  const down = linear(place, "ffn-down", "ffn-down", { rows, k: ffn, n: hidden });
  const activation = vector(place, "activation", "activation", { primitive: shape.activation, elements });
  const inner =
    shape.innerNorm === true
      ? [normalisation(place, "ffn-inner-norm", { rows, hidden: ffn, normalisation: shape.normalisation })]
      : [];
  if (!shape.gated) return [up, activation, ...inner, down];
  const gate = linear(place, "ffn-gate", "ffn-gate", wide);
  const gating = vector(place, "activation", "gating", { primitive: "multiply", elements, elementsRead: 2 * elements });
  return [up, gate, activation, gating, ...inner, down];
}
