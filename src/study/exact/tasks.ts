import { columnOfLimit, FIXED_METRICS, isLargest, type DecompositionRequest } from "../../evaluate/index.ts";
import type {
  Constraint,
  ExactOptions,
  ExactPart,
  Objective,
  SecondLook,
  SecondLookResult,
} from "../../search/index.ts";
import type { PackedDesigns } from "./shared.ts";

/** What the workers of an exact search are given once. */
export interface ExactContext {
  readonly request: DecompositionRequest;
  readonly objectives: readonly Objective[];
  readonly constraints: readonly Constraint[];
}

/** `known`: costs of the front so far, row by row, in memory that all workers share; `round` tells one from the next. */
interface Known {
  readonly round: number;
  readonly known: Float64Array;
}

export type ExactTask = Known &
  (
    | { readonly kind: "first"; readonly points: readonly number[] }
    | { readonly kind: "second"; readonly look: SecondLook }
  );

/** A part whose front travels as a table. */
export interface PackedPart extends Omit<ExactPart, "front"> {
  readonly front: PackedDesigns;
}

export interface ExactAnswer {
  readonly part: PackedPart | null;
  readonly second: SecondLookResult | null;
  /** GEMMs that this task has simulated. */
  readonly simulationCount: number;
}

/**
 * Limits that are left to be checked design by design: those that hardware alone breaks are checked before, and those on what is
 * the largest over the operators are the decomposition's own.
 */
export function enumerationOptions({ objectives, constraints, request }: ExactContext): ExactOptions {
  const open = constraints.filter(({ metric }) => !FIXED_METRICS.includes(metric) && !isLargest(metric));
  return {
    objectives: objectives.filter(({ metric }) => request.objectives.includes(metric)),
    constraints: open.map(byColumn),
  };
}

/** A limit of a study on the column that it is compared with. */
export function byColumn(constraint: Constraint): Constraint {
  return { ...constraint, metric: columnOfLimit(constraint) };
}
