import type { AttentionKind, Experts, Recurrent, Tower, TowerExtras } from "../spec/model.ts";
import { layerFormats, type LayerFormats } from "../spec/quantisation.ts";
import type { Operator, Primitive } from "./operator.ts";
import type { Place } from "./make-operator.ts";

/** One transformer layer: a tower with its per-layer values picked. */
export interface LayerShape
  extends
    Pick<
      Tower,
      "hidden" | "headSize" | "causal" | "activation" | "gated" | "normalisation" | "normPosition" | "position" | "bias"
    >,
    Omit<
      TowerExtras,
      "attention" | "experts" | "quantisation" | "sharedLayers" | "finalNorm" | "firstNorm" | "embeddingNorm"
    > {
  readonly ffn: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly attentionKind: AttentionKind;
  /** Experts in place of the FFN; null: a plain FFN. */
  readonly routed: Experts | null;
  /** Whether a norm stands before the attention, where norms stand before. */
  readonly hasFirstNorm: boolean;
  /** How its tensors are stored; null: at the widths of the hardware. */
  readonly formats: LayerFormats | null;
}

/**
 * The state of a layer that has one in place of attention.
 *
 * @throws RangeError where the tower does not say it
 */
export function recurrentOf({ recurrent }: LayerShape): Recurrent {
  if (recurrent === undefined) throw new RangeError("a layer is recurrent, but its tower has no such section");
  return recurrent;
}

/** Whether a layer has a feed-forward half: an FFN, or experts in its place. */
export function hasFfn({ ffn, routed }: LayerShape): boolean {
  return routed !== null || ffn > 0;
}

/** What the lanes do for a norm: one without gain or offset is as much work as one with them. */
export function primitiveOfNorm(normalisation: Tower["normalisation"]): Primitive {
  return normalisation === "rmsnorm" ? "rmsnorm" : "layernorm";
}

/** Trained numbers of one LayerNorm (gain, offset) or RMSNorm (gain) of `size` elements. */
export function normSize(normalisation: Tower["normalisation"], size: number): number {
  return { layernorm: 2, rmsnorm: 1, "layernorm-gain": 1, "layernorm-plain": 0 }[normalisation] * size;
}

/**
 * The layers of a tower, first to last.
 *
 * @throws RangeError where ffn, heads or kvHeads has not one value a layer, or heads is not a multiple of kvHeads
 */
export function layersOf(tower: Tower): readonly LayerShape[] {
  const { ffn, heads, kvHeads, layers, attention, experts } = tower;
  for (const [name, values] of Object.entries({ ffn, heads, kvHeads, attention: attention ?? ffn })) {
    if (values.length !== layers) throw new RangeError(`${name} has ${values.length} values for ${layers} layers`);
  }
  let before: LayerShape | null = null;
  return ffn.map((size, index): LayerShape => {
    const own = {
      ffn: size,
      heads: heads[index]!,
      kvHeads: kvHeads[index]!,
      attentionKind: attention?.[index] ?? "full",
      routed: experts === undefined || experts.denseLayers.includes(index + 1) ? null : experts,
      hasFirstNorm: index > 0 || tower.firstNorm !== false,
      formats: layerFormats(tower, index),
    };
    // Equal layers are one record: a tower is copied for each of few kinds, not for each of its many layers.
    if (before !== null && isSameShape(before, own)) return before;
    const shape: LayerShape = { ...tower, ...own };
    before = shape;
    if (shape.heads % shape.kvHeads !== 0) {
      throw new RangeError(`layer ${index}: ${shape.heads} heads are not a multiple of ${shape.kvHeads} kvHeads`);
    }
    return shape;
  });
}

type OwnShape = Pick<LayerShape, "ffn" | "heads" | "kvHeads" | "attentionKind" | "routed" | "hasFirstNorm" | "formats">;

function isSameShape(a: OwnShape, b: OwnShape): boolean {
  return (
    a.ffn === b.ffn &&
    a.heads === b.heads &&
    a.kvHeads === b.kvHeads &&
    a.attentionKind === b.attentionKind &&
    a.routed === b.routed &&
    a.hasFirstNorm === b.hasFirstNorm &&
    (a.formats === b.formats || JSON.stringify(a.formats) === JSON.stringify(b.formats))
  );
}

/**
 * Operators of all layers of a tower. If all layers are equal, they are listed once with `count` = layers, `layer: null`
 * and names such as `vision.layers.scores`; else every layer is listed: `vision.layer3.scores`.
 *
 * @param within  prefix, tower and phase of the layers; its count is how often the whole stack runs
 * @param isUneven  whether layers of equal shape differ all the same, so that every one is listed
 */
export function forEachLayer(
  tower: Tower,
  within: Place,
  operatorsOf: (shape: LayerShape, place: Place, layer: number) => readonly Operator[],
  isUneven = false,
): readonly Operator[] {
  const layers = layersOf(tower);
  const first = layers[0];
  if (first === undefined) return [];
  if (!isUneven && layers.every((layer) => isSameShape(layer, first))) {
    const place = {
      ...storedAs(first, within),
      prefix: `${within.prefix}.layers`,
      layer: null,
      count: within.count * layers.length,
    };
    return operatorsOf(first, place, 0);
  }
  return layers.flatMap((shape, layer) =>
    operatorsOf(shape, { ...storedAs(shape, within), prefix: `${within.prefix}.layer${layer}`, layer }, layer),
  );
}

/** A place with the storage of one of its layers. */
function storedAs({ formats }: LayerShape, within: Place): Place {
  return formats === null && within.formats === undefined ? within : { ...within, formats: formats ?? undefined };
}
