import type { Tower } from "../spec/model.ts";
import { layerTokens } from "../spec/token-reduction.ts";
import type { Operator } from "./operator.ts";
import { forEachLayer } from "./layer-shape.ts";
import { normalisation, type Place } from "./make-operator.ts";
import { hasFinalNorm } from "./parameters.ts";
import { reducerOf } from "./token-reduction.ts";
import { transformerLayer } from "./transformer-layer.ts";

/** All layers of a tower in which every token meets every token, as far as its layers look. */
export function encoderLayers(tower: Tower, batch: number, place: Place): readonly Operator[] {
  const pass = { queries: tower.tokens, keys: tower.tokens };
  const fewer = layerTokens(tower);
  if (fewer === null) return forEachLayer(tower, place, (shape, at) => transformerLayer(shape, batch, pass, at));
  const reduce = reducerOf(tower);
  return forEachLayer(
    tower,
    place,
    (shape, at, layer) => {
      const { before, after } = fewer[layer]!;
      const reduction = { after, operators: reduce(shape, batch, fewer[layer]!, at) };
      return transformerLayer(shape, batch, { queries: before, keys: before }, at, { reduction });
    },
    true,
  );
}

/** The normalisation that ends a stack; a post-norm stack has none. */
export function finalNorm(tower: Tower, rows: number, place: Place): readonly Operator[] {
  return hasFinalNorm(tower) ? [normalisation(place, "final-norm", { ...tower, rows })] : [];
}
