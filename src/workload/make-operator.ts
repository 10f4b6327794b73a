import type { Tower } from "../spec/model.ts";
import { normSize, primitiveOfNorm } from "./layer-shape.ts";
import type { GemmOperator, OperatorKind, Primitive, VectorOperator } from "./operator.ts";

/** Where an operator stands: what its name, tower, layer and count are made of. */
export interface Place {
  /** Start of the name, for example "text.layers" or "vision". */
  readonly prefix: string;
  readonly tower: string;
  readonly layer: number | null;
  readonly phase: "prefill" | "decode" | null;
  readonly count: number;
}

/** Operator outside the layers of an encoder: runs once. */
export function outsideLayers(tower: string): Place {
  return { prefix: tower, tower, layer: null, phase: null, count: 1 };
}

/**
 * Linear layer [rows, k] · W[k, n]. The batch is part of the rows: one product of batch × tokens rows reads W once.
 * A bias is the start value of the accumulators: n words beside k · n weights, counted as parameters and not as an operator.
 */
export function linear(
  place: Place,
  kind: OperatorKind,
  name: string,
  shape: { readonly rows: number; readonly k: number; readonly n: number },
): GemmOperator {
  return gemm(place, kind, name, 1, shape.rows, shape.n, shape.k, true, true);
}

/** Side by side, linear layers of one shape with rows and weights of their own: experts, or heads. */
export function batchedLinear(
  place: Place,
  kind: OperatorKind,
  name: string,
  shape: { readonly batch: number; readonly rows: number; readonly k: number; readonly n: number },
): GemmOperator {
  return gemm(place, kind, name, shape.batch, shape.rows, shape.n, shape.k, false, true);
}

/** Batched product of two activations: every batch element has its own second operand. */
export function product(
  place: Place,
  kind: OperatorKind,
  name: string,
  shape: { readonly batch: number; readonly m: number; readonly k: number; readonly n: number },
): GemmOperator {
  return gemm(place, kind, name, shape.batch, shape.m, shape.n, shape.k, false, false);
}

/**
 * Fields are written out, here and in `vector`: copying objects into one another is ten times as slow, and searches make many operators.
 *
 * @param isShared  the second operand is one for the whole batch
 * @param isWeight  the second operand is a trained matrix
 */
function gemm(
  place: Place,
  kind: OperatorKind,
  name: string,
  batch: number,
  m: number,
  n: number,
  k: number,
  isShared: boolean,
  isWeight: boolean,
): GemmOperator {
  return {
    name: `${place.prefix}.${name}`,
    kind,
    tower: place.tower,
    layer: place.layer,
    phase: place.phase,
    count: place.count,
    type: "gemm",
    batch,
    m,
    n,
    k,
    sharedB: isShared,
    weightsAreParameters: isWeight,
  };
}

/** Vector work; left out, an element is read once, written once, needs no parameter and is a row of its own. */
export function vector(
  place: Place,
  kind: OperatorKind,
  name: string,
  work: { readonly primitive: Primitive; readonly elements: number } & Partial<
    Pick<VectorOperator, "rowLength" | "elementsRead" | "parametersRead" | "elementsWritten">
  >,
): VectorOperator {
  const { elements, rowLength = 1, elementsRead = elements, parametersRead = 0, elementsWritten = elements } = work;
  return {
    name: `${place.prefix}.${name}`,
    kind,
    tower: place.tower,
    layer: place.layer,
    phase: place.phase,
    count: place.count,
    type: "vector",
    primitive: work.primitive,
    elements,
    rowLength,
    elementsRead,
    parametersRead,
    elementsWritten,
  };
}

/** LayerNorm (gain and offset, or less) or RMSNorm (gain) over rows of `hidden` elements. */
export function normalisation(
  place: Place,
  name: string,
  shape: { readonly rows: number; readonly hidden: number; readonly normalisation: Tower["normalisation"] },
): VectorOperator {
  const { rows, hidden } = shape;
  return vector(place, "normalisation", name, {
    primitive: primitiveOfNorm(shape.normalisation),
    elements: rows * hidden,
    rowLength: hidden,
    parametersRead: normSize(shape.normalisation, hidden),
  });
}
