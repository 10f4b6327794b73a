import type { Tower } from "../spec/model.ts";
import type { Operator } from "./operator.ts";
import type { Place } from "./make-operator.ts";

/** One transformer layer: a tower with its per-layer values picked. */
export interface LayerShape extends Pick<
  Tower,
  "hidden" | "headSize" | "activation" | "gated" | "normalisation" | "normPosition" | "position" | "bias"
> {
  readonly ffn: number;
  readonly heads: number;
  readonly kvHeads: number;
}

/**
 * The layers of a tower, first to last.
 *
 * @throws RangeError where ffn, heads or kvHeads has not one value a layer, or heads is not a multiple of kvHeads
 */
export function layersOf(tower: Tower): readonly LayerShape[] {
  const { ffn, heads, kvHeads, layers } = tower;
  for (const [name, values] of Object.entries({ ffn, heads, kvHeads })) {
    if (values.length !== layers) throw new RangeError(`${name} has ${values.length} values for ${layers} layers`);
  }
  return ffn.map((size, index) => {
    const shape = { ...tower, ffn: size, heads: heads[index]!, kvHeads: kvHeads[index]! };
    if (shape.heads % shape.kvHeads !== 0) {
      throw new RangeError(`layer ${index}: ${shape.heads} heads are not a multiple of ${shape.kvHeads} kvHeads`);
    }
    return shape;
  });
}

function isSameShape(a: LayerShape, b: LayerShape): boolean {
  return a.ffn === b.ffn && a.heads === b.heads && a.kvHeads === b.kvHeads;
}

/**
 * Operators of all layers of a tower. If all layers are equal, they are listed once with `count` = layers, `layer: null`
 * and names such as `vision.layers.scores`; else every layer is listed: `vision.layer3.scores`.
 *
 * @param within  prefix, tower and phase of the layers; its count is how often the whole stack runs
 */
export function forEachLayer(
  tower: Tower,
  within: Place,
  operatorsOf: (shape: LayerShape, place: Place) => readonly Operator[],
): readonly Operator[] {
  const layers = layersOf(tower);
  const first = layers[0];
  if (first === undefined) return [];
  if (layers.every((layer) => isSameShape(layer, first))) {
    return operatorsOf(first, {
      ...within,
      prefix: `${within.prefix}.layers`,
      layer: null,
      count: within.count * layers.length,
    });
  }
  return layers.flatMap((shape, layer) =>
    operatorsOf(shape, { ...within, prefix: `${within.prefix}.layer${layer}`, layer }),
  );
}
