import type { Operator } from "./operator.ts";
import { linear, vector, type Place } from "./make-operator.ts";
import type { LayerShape } from "./layer-shape.ts";

/**
 * Feed-forward network of one layer.
 *
 *   plain   up [rows, hidden]·[hidden, ffn], activation, down [rows, ffn]·[ffn, hidden]
 *   gated   up and gate of the same shape; activation of the gate, times up (SwiGLU with SiLU); down
 */
export function feedForward(shape: LayerShape, rows: number, place: Place): readonly Operator[] {
  const { hidden, ffn } = shape;
  const elements = rows * ffn;
  const wide = { rows, k: hidden, n: ffn };
  const up = linear(place, "ffn-up", "ffn-up", wide);
  const down = linear(place, "ffn-down", "ffn-down", { rows, k: ffn, n: hidden });
  const activation = vector(place, "activation", "activation", { primitive: shape.activation, elements });
  if (!shape.gated) return [up, activation, down];
  const gate = linear(place, "ffn-gate", "ffn-gate", wide);
  const gating = vector(place, "activation", "gating", { primitive: "multiply", elements, elementsRead: 2 * elements });
  return [up, gate, activation, gating, down];
}
