import { formatsOf, storedBits, type LayerFormats, type StoredFormat } from "../spec/quantisation.ts";
import type { Tower } from "../spec/model.ts";
import { layersOf, type LayerShape } from "./layer-shape.ts";
import type { StoredSize } from "./operator.ts";
import { crossMatrices, crossParameters, layerMatrices, layerParameters } from "./parameters.ts";

export const NO_SIZE: StoredSize = Object.freeze({ bits: 0, elements: 0 });

/** Elements of one class, with or without a width of their own. */
export function sizeOf(elements: number, format: StoredFormat | null | undefined): StoredSize {
  return format === null || format === undefined
    ? { bits: 0, elements }
    : { bits: elements * storedBits(format), elements: 0 };
}

export function sumOfSizes(...sizes: readonly StoredSize[]): StoredSize {
  return sizes.reduce((a, b) => ({ bits: a.bits + b.bits, elements: a.elements + b.elements }), NO_SIZE);
}

/** `count` times as much. */
export function times({ bits, elements }: StoredSize, count: number): StoredSize {
  return { bits: bits * count, elements: elements * count };
}

/** What of a tower's parameters stands outside its layers; whatever is neither table, head nor matrix is of class norms. */
export interface OutsideParameters {
  readonly total: number;
  readonly embedding: number;
  readonly head: number;
  readonly matrices: number;
  /** Layers attend to an encoder too. */
  readonly hasCross?: boolean;
}

/**
 * Stored parameters of a tower, each with the width of its class: Σ over layers of matrices and norms, and what stands outside.
 *
 * @param outside  `total` is that of the whole tower, layers included
 */
export function storedParameters(tower: Tower, outside: OutsideParameters): StoredSize {
  const shapes = layersOf(tower);
  const own = tower.sharedLayers === true ? shapes.slice(0, 1) : shapes;
  const hasCross = outside.hasCross === true;
  const layers = own.map((shape) => {
    const all = layerParameters(shape) + (hasCross ? crossParameters(shape) : 0);
    const matrices = layerMatrices(shape) + (hasCross ? crossMatrices(shape) : 0);
    const size = sumOfSizes(sizeOf(matrices, shape.formats?.weights), sizeOf(all - matrices, shape.formats?.norms));
    return { all, size };
  });
  const formats: LayerFormats | null = formatsOf(tower.quantisation, null);
  const inLayers = layers.reduce((sum, { all }) => sum + all, 0);
  const { total, embedding, head, matrices } = outside;
  return sumOfSizes(
    ...layers.map(({ size }) => size),
    sizeOf(embedding, formats?.embedding),
    sizeOf(head, formats?.head),
    sizeOf(matrices, formats?.weights),
    sizeOf(total - inLayers - embedding - head - matrices, formats?.norms),
  );
}

/** Σ over layers of what each keeps, at its width. */
export function storedCache(tower: Tower, elementsOf: (shape: LayerShape) => number): StoredSize {
  return sumOfSizes(...layersOf(tower).map((shape) => sizeOf(elementsOf(shape), shape.formats?.kv)));
}

/** How many activations are zero depends on the input: memory is there for all of them. */
function asDense(format: StoredFormat): StoredFormat {
  return { ...format, sparse: undefined };
}

/**
 * Live activations where some have a width of their own: the widest of the tower's stands for all that are stated, and beside it
 * counts what all would take at the hardware's width, unless every layer has one.
 */
export function storedPeak(tower: Tower, elements: number): readonly StoredSize[] {
  const formats = [formatsOf(tower.quantisation, null), ...layersOf(tower).map(({ formats: own }) => own)];
  const widths = formats.slice(1).map((each) => each?.activations ?? null);
  const stated = widths.flatMap((format) => (format === null ? [] : [storedBits(asDense(format))]));
  if (stated.length === 0) return [{ bits: 0, elements }];
  const widest = { bits: elements * Math.max(...stated), elements: 0 };
  return stated.length === widths.length ? [widest] : [widest, { bits: 0, elements }];
}
