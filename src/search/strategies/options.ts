import type { Constraint, Objective, Point } from "../types.ts";
import type { GreyBox } from "../bayesian/grey-box.ts";
import type { Space, Symmetry } from "../space/index.ts";

/** What every built-in strategy is made from. */
export interface StrategyOptions {
  readonly space: Space;
  /** Whole number. */
  readonly seed: number;
  readonly objectives: readonly Objective[];
  readonly constraints: readonly Constraint[];
  /** Points to propose first, for example a published baseline; repeated ones count once. */
  readonly initial?: readonly Point[];
  /** Designs that are equal: one of them is tried. */
  readonly symmetry?: Symmetry;
  /** Designs kept from one generation to the next by `nsga2` and `nsga3`. Default 60. */
  readonly populationSize?: number;
  /** What `bayesian` knows without evaluating; the others do not look at it. */
  readonly greyBox?: GreyBox;
  /** Lower fidelities, rising, at which `bayesian` with a grey box screens candidates; default none. */
  readonly fidelities?: readonly number[];
}

/** Streams of random numbers beside those of the trials, which use (0, trial number). */
export const STREAM = { trial: 0, sample: 1, niche: 2 } as const;
