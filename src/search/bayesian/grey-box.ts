import type { Costs } from "../pareto/index.ts";
import type { Point } from "../types.ts";

/**
 * What is known of a study without evaluating anything: all objectives but one are exact sums, so that the best hardware
 * of a model can be found before its accuracy is.
 */
export interface GreyBox {
  /** The objective that must be learnt; it is maximised. */
  readonly metric: string;
  /** Metrics that hold 90 % of repetitions of a noisy measurement of it; null: it is taken as it is. */
  readonly interval: readonly [low: string, high: string] | null;
  /** Parameters that it depends on. */
  readonly paths: readonly string[];
  /**
   * The best completions of a model, at most a few: whole points, and their costs by the other objectives in order, lower
   * is better. Empty: no hardware meets the limits.
   */
  complete(model: Point): readonly { readonly point: Point; readonly costs: Costs }[];
}
