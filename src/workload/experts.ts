import { power } from "../math/index.ts";
import type { Experts } from "../spec/model.ts";
import { batchedLinear, linear, vector, type Place } from "./make-operator.ts";
import type { LayerShape } from "./layer-shape.ts";
import type { GemmOperator, Operator, OperatorKind } from "./operator.ts";

/**
 * Mixture of experts in place of the FFN of one layer (Shazeer et al. 2017; Fedus et al. 2022).
 *
 *   router   [rows, hidden] · [hidden, E], softmax over E
 *   experts  rows · k rows in all, spread over the experts that a batch of `rows` tokens hits
 *   shared   the FFN that every token goes through, with its own gate where it has one
 *   combine  weighted sum of the k results of each token
 *
 * The matrices of the experts that are hit are read, each once; all of them are stored.
 */
export function mixtureOfExperts(shape: LayerShape, experts: Experts, rows: number, place: Place): readonly Operator[] {
  const { hidden, gated } = shape;
  const { count, active, ffn, shared } = experts;
  const routed = rows * active;
  const wide = { k: hidden, n: ffn };
  return [
    linear(place, "router", "router", { rows, k: hidden, n: count }),
    vector(place, "router", "router-softmax", { primitive: "softmax", elements: rows * count, rowLength: count }),
    ...expertProducts(experts, rows, place, "ffn-up", "experts-up", wide),
    ...(gated ? expertProducts(experts, rows, place, "ffn-gate", "experts-gate", wide) : []),
    ...innerWork(shape, routed * ffn, place, "experts-"),
    ...expertProducts(experts, rows, place, "ffn-down", "experts-down", { k: ffn, n: hidden }),
    ...(shared > 0 ? sharedExperts(shape, experts, rows, place) : []),
    vector(place, "router", "combine", {
      primitive: "multiply",
      elements: routed * hidden,
      elementsRead: routed * hidden + routed,
      elementsWritten: rows * hidden,
    }),
  ];
}

/** Activation, and gating where there is a gate. */
export function innerWork(shape: LayerShape, elements: number, place: Place, prefix: string): readonly Operator[] {
  const activation = vector(place, "activation", `${prefix}activation`, { primitive: shape.activation, elements });
  if (!shape.gated) return [activation];
  return [
    activation,
    vector(place, "activation", `${prefix}gating`, { primitive: "multiply", elements, elementsRead: 2 * elements }),
  ];
}

function sharedExperts(shape: LayerShape, experts: Experts, rows: number, place: Place): readonly Operator[] {
  const { hidden, gated } = shape;
  const { shared, sharedGate } = experts;
  const wide = { rows, k: hidden, n: shared };
  const elements = rows * hidden;
  return [
    linear(place, "ffn-up", "shared-up", wide),
    ...(gated ? [linear(place, "ffn-gate", "shared-gate", wide)] : []),
    ...innerWork(shape, rows * shared, place, "shared-"),
    linear(place, "ffn-down", "shared-down", { rows, k: shared, n: hidden }),
    ...(sharedGate
      ? [
          linear(place, "router", "shared-expert-gate", { rows, k: hidden, n: 1 }),
          vector(place, "router", "shared-gating", { primitive: "multiply", elements, elementsRead: elements + rows }),
        ]
      : []),
    vector(place, "residual", "shared-sum", { primitive: "add", elements, elementsRead: 2 * elements }),
  ];
}

/**
 * One matrix of all experts that are hit. Rows are dealt out evenly: some experts have one row more than others. The number of
 * experts hit is a mean and seldom whole; of many runs, the share above the whole number below it has one expert more.
 */
function expertProducts(
  experts: Experts,
  rows: number,
  place: Place,
  kind: OperatorKind,
  name: string,
  { k, n }: { readonly k: number; readonly n: number },
): readonly GemmOperator[] {
  const routed = rows * experts.active;
  const hit = expertsHit(experts, rows);
  const below = Math.floor(hit);
  const more = Math.round((hit - below) * place.count);
  const products: GemmOperator[] = [];
  const add = (hits: number, count: number, suffix: string) => {
    if (count === 0) return;
    const least = Math.floor(routed / hits);
    const fuller = routed - least * hits;
    const at = { ...place, count };
    if (fuller < hits)
      products.push(batchedLinear(at, kind, `${name}${suffix}`, { batch: hits - fuller, rows: least, k, n }));
    if (fuller > 0)
      products.push(batchedLinear(at, kind, `${name}${suffix}.fuller`, { batch: fuller, rows: least + 1, k, n }));
  };
  add(below, place.count - more, "");
  add(below + 1, more, ".one-more");
  return products;
}

/**
 * Experts that at least one of `rows` tokens chooses, in the mean.
 *
 *   Σ over experts of 1 − (1 − pᵢ)^rows,   pᵢ = k/E where all are alike
 *
 * With skew s, shares fall as i^−s (Zipf); no share is above 1, and what is above goes to the next ones. At least k and at most
 * min(E, rows · k) are hit.
 */
export function expertsHit({ count, active, skew }: Experts, rows: number): number {
  const expected =
    skew === 0
      ? count * (1 - wholePower(1 - active / count, rows))
      : zipfShares(count, active, skew).reduce((sum, share) => sum + 1 - wholePower(1 - share, rows), 0);
  return Math.min(Math.max(expected, active), count, rows * active);
}

/** x^n for whole n by squaring: products alone, the same bits everywhere. */
function wholePower(x: number, n: number): number {
  let result = 1;
  for (let base = x, rest = n; rest > 0; rest = Math.floor(rest / 2), base *= base) if (rest % 2 === 1) result *= base;
  return result;
}

/** How likely each expert is among the `active` of one token: as i^−skew, none above 1. */
function zipfShares(count: number, active: number, skew: number): readonly number[] {
  const weights = Array.from({ length: count }, (_, i) => power(i + 1, -skew));
  let rest = active;
  let weightLeft = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => {
    const share = Math.min(1, (rest * weight) / weightLeft);
    rest -= share;
    weightLeft -= weight;
    return share;
  });
}

/** Trained numbers of router, experts and shared experts; of `used` experts, all of them where they are stored. */
export function expertParameters(shape: LayerShape, experts: Experts, used: number): number {
  const { hidden, gated } = shape;
  const { count, ffn, routerBias, bias } = experts;
  const biases = bias ? (gated ? 2 : 1) * ffn + hidden : 0;
  return expertMatrices(shape, experts, used) + (routerBias ? count : 0) + used * biases;
}

/** Of these the elements of matrices, a gate on the shared experts among them. */
export function expertMatrices({ hidden, gated }: LayerShape, experts: Experts, used: number): number {
  const { count, ffn, shared, sharedGate } = experts;
  const matrices = gated ? 3 : 2;
  return hidden * count + used * matrices * hidden * ffn + matrices * hidden * shared + (sharedGate ? hidden : 0);
}
