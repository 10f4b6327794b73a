import type { OperandClass } from "../../spec/model.ts";
import type { Primitive } from "../operator.ts";
import { sizeOf, type ElementType } from "./graph.ts";

/** A value of the graph, as far as it is known before anything runs. */
export interface Value {
  readonly dims: readonly number[];
  readonly type: ElementType;
  /** Its numbers, row by row, where they are known and few. */
  readonly numbers: readonly number[] | null;
  /**
   * −1: it depends on an input. Else it is stored, or made of what is stored and of sizes alone; values of one stored
   * tensor that differ in nothing but how they are laid out have one number here.
   */
  readonly origin: number;
  readonly trace: Trace;
  /** Part of it is what earlier tokens left. */
  readonly isCache: boolean;
}

/** What work a value comes out of, as far as what is done to it next may be part of that work. */
export type Trace =
  | null
  /** A product with a matrix that is stored: what is added to each row is where its sums start. */
  | { readonly kind: "linear"; readonly n: number }
  /** A product of two activations, then scaled and masked by the works `extras`. */
  | { readonly kind: "scores"; readonly product: number; readonly extras: readonly number[] }
  /** The softmax of such a product. */
  | { readonly kind: "softmax"; readonly product: number; readonly softmax: number };

export interface ProductWork {
  readonly kind: "product";
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly shared: boolean;
  readonly classes: readonly [OperandClass, OperandClass];
  /** Origin of a stored second operand; −1: an activation. */
  readonly weights: number;
}
export interface LaneWork {
  readonly kind: "vector";
  readonly primitive: Primitive;
  readonly elements: number;
  readonly rowLength: number;
  readonly elementsRead: number;
  readonly elementsWritten: number;
  readonly parameters: number;
}
export type Work = ProductWork | LaneWork;

export const isStored = (value: Value): boolean => value.origin >= 0;

export const elementsOf = (value: Value): number => sizeOf(value.dims);

/** Sizes of two tensors side by side under the rules of broadcasting; null: they do not go together. */
export function broadcast(a: readonly number[], b: readonly number[]): readonly number[] | null {
  const rank = Math.max(a.length, b.length);
  const dims: number[] = [];
  for (let i = 0; i < rank; i++) {
    const [x, y] = [a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1];
    if (x !== y && x !== 1 && y !== 1) return null;
    dims.push(x === 1 ? y : x);
  }
  return dims;
}
