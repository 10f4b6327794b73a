import { log } from "../../math/index.ts";
import { COLLAPSE, fitted, lossOf } from "../precision/form.ts";
import type { Sparsity } from "../../spec/sparsity.ts";

/**
 * Price of weights that are left out: the loss λ of a model against itself with all of them, on the scale of precision/form.ts.
 *
 *   asinh(λ / 0.01) = Σ effects
 *
 *   decoder  1, pattern 4:8, pattern 2:4, magnitude          (the size was tried: relative to the dense model it tells nothing)
 *   bert     1, x, not retrained, not retrained · x,     x = −ln(share that stays) − 2.3, zero at 90 % gone
 *
 * Ridge with all effects but the first drawn to zero. Data, errors and what is refused: docs/accuracy.md.
 */
export type SparseFamily = "decoder" | "bert";

/** Everything that the price looks at. */
export interface SparseModel {
  readonly family: SparseFamily;
  /** `unstructured` or n:m. */
  readonly pattern: string;
  /** Share of the weights, 0 to 1. */
  readonly gone: number;
  readonly method: Sparsity["method"];
}

const REFERENCE_GONE = 2.3;

export function sparseEffects({ family, pattern, gone, method }: SparseModel): readonly number[] {
  if (family === "decoder")
    return [1, Number(pattern === "4:8"), Number(pattern === "2:4"), Number(method === "magnitude")];
  const x = -log(1 - gone) - REFERENCE_GONE;
  const isOnce = Number(method !== "retrained");
  return [1, x, isOnce, isOnce * x];
}

/** Kinds of rows that may stand for a model: `family pattern method`. */
export const sparseKind = ({ family, pattern, method }: SparseModel): string => `${family} ${pattern} ${method}`;

/** The fit, as kept in `tables/sparsity.json`. */
export interface StoredSparsity {
  readonly table: string;
  readonly tableSha256: string;
  readonly families: Readonly<
    Record<SparseFamily, { readonly effects: readonly number[]; readonly halfWidth: number }>
  >;
  readonly coverage: Readonly<Record<string, SparseCoverage>>;
}

/** Rows of a kind, and the least and the largest share that they leave out. */
export interface SparseCoverage {
  readonly least: number;
  readonly most: number;
  readonly rows: number;
  readonly sources: readonly string[];
}

/** λ with the ends of its 90 % interval; Infinity: nothing may be left. */
export interface SparseLoss {
  readonly loss: number;
  readonly low: number;
  readonly high: number;
}

/** Whether rows of its kind leave out as much, and as little. */
export function isCoveredBy(coverage: StoredSparsity["coverage"], model: SparseModel): boolean {
  const found = coverage[sparseKind(model)];
  return found !== undefined && model.gone >= found.least - MARGIN && model.gone <= found.most + MARGIN;
}

const MARGIN = 1e-3;

export function sparseLoss({ families }: StoredSparsity, model: SparseModel): SparseLoss {
  const { effects, halfWidth } = families[model.family];
  const value = sparseEffects(model).reduce((sum, each, i) => sum + each * effects[i]!, 0);
  const most = fitted(COLLAPSE);
  const high = value + halfWidth;
  return {
    loss: lossOf(Math.min(most, Math.max(0, value))),
    low: lossOf(Math.min(most, value - halfWidth)),
    high: high >= most ? Infinity : lossOf(high),
  };
}
