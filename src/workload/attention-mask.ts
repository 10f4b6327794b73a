import type { Span } from "./attention-pattern.ts";
import type { GemmOperator } from "./operator.ts";

/** Scores with what a causal mask leaves of them; no mask: all. */
export function masked(scores: GemmOperator, isCausal: boolean, { queries, isTriangular }: Span): GemmOperator {
  return isCausal && isTriangular === true && queries > 1 ? { ...scores, causalQueries: queries } : scores;
}
