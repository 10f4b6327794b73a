import type { VisionTower } from "../spec/model.ts";
import type { Operator } from "./operator.ts";
import { extraTokensOf } from "./embedding.ts";
import { vector, type Place } from "./make-operator.ts";

/** Picks one token of each input: [batch, tokens, hidden] → [batch, hidden]. */
export function pickToken(hidden: number, batch: number, place: Place): Operator {
  return vector(place, "pooling", "pooling", { primitive: "gather", elements: batch * hidden });
}

/** The class token where there is one, else the mean over the patches. */
export function poolImage(tower: VisionTower, batch: number, place: Place): Operator {
  const { hidden, tokens } = tower;
  if (extraTokensOf(tower) > 0) return pickToken(hidden, batch, place);
  return vector(place, "pooling", "pooling", {
    primitive: "mean",
    elements: batch * hidden,
    rowLength: tokens,
    elementsRead: batch * tokens * hidden,
  });
}
