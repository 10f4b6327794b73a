import type { DecompositionRequest } from "../../../evaluate/index.ts";
import type {
  Constraint,
  ExactOptions,
  ExactPart,
  Objective,
  SecondLook,
  SecondLookResult,
} from "../../../search/index.ts";
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

/** Limits that are left to be checked design by design: those that hardware alone breaks are checked before. */
export function enumerationOptions({ objectives, constraints, request }: ExactContext): ExactOptions {
  const fixed = ["area_mm2", "peak_TOPS", "carbon_embodied_kgCO2e"];
  const open = constraints.filter(({ metric }) => !fixed.includes(metric));
  return { objectives: objectives.filter(({ metric }) => request.objectives.includes(metric)), constraints: open };
}
