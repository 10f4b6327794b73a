import type { Tower } from "../spec/model.ts";
import type { Operator } from "./operator.ts";
import { forEachLayer } from "./layer-shape.ts";
import { normalisation, type Place } from "./make-operator.ts";
import { transformerLayer } from "./transformer-layer.ts";

/** All layers of a tower in which every token meets every token. */
export function encoderLayers(tower: Tower, batch: number, place: Place): readonly Operator[] {
  const spans = [{ queries: tower.tokens, keys: tower.tokens, count: 1 }];
  return forEachLayer(tower, place, (shape, at) => transformerLayer(shape, batch, spans, at));
}

/** The normalisation that ends a pre-norm stack; a post-norm stack has none. */
export function finalNorm(tower: Tower, rows: number, place: Place): readonly Operator[] {
  return tower.normPosition === "pre" ? [normalisation(place, "final-norm", { ...tower, rows })] : [];
}
