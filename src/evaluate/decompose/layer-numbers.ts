import { blockParameters } from "../../accuracy/index.ts";
import { createRandom } from "../../random/index.ts";
import type { ModelSpec, Tower } from "../../spec/model.ts";
import type { ModelPart } from "./model-parts.ts";

/** A part in numbers: what adds up over the layers, and what is the largest of them. Their order: {@link layoutOf}. */
export interface Numbers {
  readonly sums: Float64Array;
  readonly peaks: Float64Array;
}

/** Where numbers stand: the capacity, then batch by batch how often each operator runs, and the sizes. */
export interface Layout {
  readonly batches: readonly {
    readonly keys: ReadonlyMap<string, number>;
    readonly at: number;
    readonly peaksAt: number;
    /** Sizes where nothing is fused, and where attention is. */
    readonly peakCounts: readonly [number, number];
  }[];
}
export class LayersNotApart extends Error {
  override readonly name = "LayersNotApart";
}
/** Parameters of the blocks of all towers of a model: what accuracy sees of its layers. */
export function capacityOf(model: ModelSpec): number {
  if (model.family === "towers") return model.towers.reduce((sum, part) => sum + capacityOf(part), 0);
  const named = model as Partial<Record<"text" | "vision" | "encoder" | "decoder", Tower>>;
  const towers = [named.text, named.vision, named.encoder, named.decoder];
  return towers.reduce((sum, tower) => sum + (tower === undefined ? 0 : blockParameters(tower)), 0);
}
/** What one setting changes: places of the sums that differ, by how much, and its peaks. */
export interface Change {
  readonly places: Int32Array;
  readonly amounts: Float64Array;
  readonly peaks: Float64Array;
  readonly hash: number;
}

/** Weights of the places of the sums in the hash of a change; odd, so that each counts. */
export function hashWeights(length: number): Int32Array {
  const random = createRandom(2);
  return Int32Array.from({ length }, () => random.uint32() | 1);
}

/** @throws LayersNotApart where a setting changes what is counted, and not how often */
export function changeOf(base: Numbers, changed: Numbers, weights: Int32Array): Change {
  if (changed.peaks.length !== base.peaks.length)
    throw new LayersNotApart("what lives beside a layer changes its kind");
  const places = Int32Array.from(base.sums.keys()).filter((i) => changed.sums[i] !== base.sums[i]);
  const amounts = Float64Array.from(places, (i) => changed.sums[i]! - base.sums[i]!);
  const hash = places.reduce((sum, place, i) => (sum + Math.imul(weights[place]!, amounts[i]! | 0)) | 0, 0);
  return { places, amounts, peaks: changed.peaks, hash };
}

/** Changes numbers in place. */
export function applyChange({ sums, peaks }: Numbers, { places, amounts, peaks: own }: Change): void {
  for (let i = 0; i < places.length; i += 1) sums[places[i]!]! += amounts[i]!;
  for (let i = 0; i < peaks.length; i += 1) if (own[i]! > peaks[i]!) peaks[i] = own[i]!;
}

/** Models in numbers. @param partsByBatch their parts, for each batch that the study has */
export function numbersOf(
  models: readonly ModelSpec[],
  partsByBatch: readonly (readonly ModelPart[])[],
): { readonly numbers: readonly Numbers[]; readonly layout: Layout } {
  let at = 1;
  let peaksAt = 0;
  const batches = partsByBatch.map((parts) => {
    const keys = new Map<string, number>();
    for (const { pieces } of parts) for (const { key } of pieces) if (!keys.has(key)) keys.set(key, keys.size);
    const { plain = [], fused = [] } = parts[0]?.peaks ?? {};
    const place = { keys, at, peaksAt, peakCounts: [plain.length, fused.length] as const };
    at += keys.size + SIZES;
    peaksAt += 2 * (plain.length + fused.length);
    return place;
  });
  const numbers = models.map((model, m) => {
    const sums = new Float64Array(at);
    sums[0] = capacityOf(model);
    for (const [b, { keys, at: from }] of batches.entries()) {
      const { pieces, parameters, cache } = partsByBatch[b]![m]!;
      for (const { key, count } of pieces) sums[from + keys.get(key)!]! += count;
      sums.set([parameters.bits, parameters.elements, cache.bits, cache.elements], from + keys.size);
    }
    const peaks = partsByBatch.flatMap((parts) => {
      const { plain, fused } = parts[m]!.peaks;
      return [...plain, ...fused].flatMap(({ bits, elements }) => [bits, elements]);
    });
    return { sums, peaks: Float64Array.from(peaks) };
  });
  return { numbers, layout: { batches } };
}

/** Parameters and cache, each as bits and elements. */
const SIZES = 4;
