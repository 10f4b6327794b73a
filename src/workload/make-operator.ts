import type { Tower } from "../spec/model.ts";
import { normSize, primitiveOfNorm } from "./layer-shape.ts";
import { formatsOf, type LayerFormats, type StoredFormat } from "../spec/quantisation.ts";
import type {
  GemmOperator,
  OperatorKind,
  Primitive,
  StoredOperands,
  StoredVectors,
  VectorOperator,
} from "./operator.ts";

/** Where an operator stands: what its name, tower, layer and count are made of. */
export interface Place {
  /** Start of the name, for example "text.layers" or "vision". */
  readonly prefix: string;
  readonly tower: string;
  readonly layer: number | null;
  readonly phase: "prefill" | "decode" | null;
  readonly count: number;
  /** How tensors are stored here; absent: at the widths of the hardware. */
  readonly formats?: LayerFormats | undefined;
  /** Keys and values that are made here are kept in a cache. */
  readonly hasCache?: boolean | undefined;
}

/** Operator outside the layers of an encoder: runs once. */
export function outsideLayers(tower: string, spec?: Pick<Tower, "quantisation">): Place {
  return stored({ prefix: tower, tower, layer: null, phase: null, count: 1 }, spec);
}

/** A place outside the layers of a tower, with the storage that it says. */
export function stored(place: Place, spec: Pick<Tower, "quantisation"> | undefined): Place {
  const formats = formatsOf(spec?.quantisation, null);
  return formats === null ? place : { ...place, formats };
}

type MatrixClass = "weights" | "embedding" | "head";

/** What the trained matrix of a product is, by what the product is for. */
function matrixClassOf(kind: OperatorKind): MatrixClass {
  return kind === "head" ? "head" : kind === "patch-embedding" ? "embedding" : "weights";
}

function operandsOf(
  { formats }: Place,
  input: StoredFormat | null | undefined,
  second: keyof LayerFormats,
): StoredOperands | undefined {
  if (formats === undefined) return undefined;
  const { activations, sums } = formats;
  return { input: input === undefined ? activations : input, weight: formats[second], output: activations, sums };
}

/** A product that leaves a share of its results in the cache of keys and values, where there is one. */
export function intoCache(operator: GemmOperator, share: number, { formats, hasCache }: Place): GemmOperator {
  if (operator.stored === undefined || formats === undefined || hasCache !== true) return operator;
  return { ...operator, stored: { ...operator.stored, cached: { share, format: formats.kv } } };
}

/** A product whose first operand comes out of the cache. */
export function outOfCache(operator: GemmOperator, { formats, hasCache }: Place): GemmOperator {
  if (operator.stored === undefined || formats === undefined || hasCache !== true) return operator;
  return { ...operator, stored: { ...operator.stored, input: formats.kv } };
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
  matrix: MatrixClass = matrixClassOf(kind),
): GemmOperator {
  return gemm(place, kind, name, 1, shape.rows, shape.n, shape.k, true, true, matrix);
}

/** Side by side, linear layers of one shape with rows and weights of their own: experts, or heads. */
export function batchedLinear(
  place: Place,
  kind: OperatorKind,
  name: string,
  shape: { readonly batch: number; readonly rows: number; readonly k: number; readonly n: number },
): GemmOperator {
  return gemm(place, kind, name, shape.batch, shape.rows, shape.n, shape.k, false, true, "weights");
}

/** Batched product of two activations: every batch element has its own second operand, out of the cache where there is one. */
export function product(
  place: Place,
  kind: OperatorKind,
  name: string,
  shape: { readonly batch: number; readonly m: number; readonly k: number; readonly n: number },
): GemmOperator {
  const second = place.hasCache === true ? "kv" : "activations";
  return gemm(place, kind, name, shape.batch, shape.m, shape.n, shape.k, false, false, second);
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
  second: MatrixClass | "kv" | "activations",
): GemmOperator {
  const operator: GemmOperator = {
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
  const operands = operandsOf(place, undefined, second);
  return operands === undefined ? operator : { ...operator, stored: operands };
}

/** What the parameters of vector work are, where they are trained: rows of tables, or all others. */
function vectorsOf({ formats }: Place, kind: OperatorKind): StoredVectors | undefined {
  if (formats === undefined) return undefined;
  const { activations, embedding, norms } = formats;
  const isTable = kind === "token-embedding" || kind === "position-embedding";
  // Sines and cosines are computed and not trained.
  const parameters = kind === "rope" ? null : isTable ? embedding : norms;
  return { read: activations, parameters, written: activations };
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
  const operator: VectorOperator = {
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
  const vectors = vectorsOf(place, kind);
  return vectors === undefined ? operator : { ...operator, stored: vectors };
}

/** Vector work that reads and writes what the cache of a decoder holds, where there is one. */
export function cachedVector(place: Place, ...rest: Parameters<typeof vector> extends [Place, ...infer R] ? R : never) {
  const operator = vector(place, ...rest);
  const { formats, hasCache } = place;
  if (operator.stored === undefined || formats === undefined || hasCache !== true) return operator;
  return { ...operator, stored: { ...operator.stored, read: formats.kv, written: formats.kv } };
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
