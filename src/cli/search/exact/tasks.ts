import type { DecompositionRequest } from "../../../evaluate/index.ts";
import type {
  Constraint,
  ExactDesign,
  ExactOptions,
  ExactPart,
  Objective,
  SecondLook,
  SecondLookResult,
} from "../../../search/index.ts";

/** What the workers of an exact search are given once. */
export interface ExactContext {
  readonly request: DecompositionRequest;
  readonly objectives: readonly Objective[];
  readonly constraints: readonly Constraint[];
}

export type ExactTask =
  | { readonly kind: "first"; readonly range: readonly [number, number] }
  | { readonly kind: "second"; readonly looks: readonly SecondLook[]; readonly front: readonly ExactDesign[] };

export interface ExactAnswer {
  readonly part: ExactPart | null;
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
