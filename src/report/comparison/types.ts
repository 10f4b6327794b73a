import type { Objective } from "../../search/index.ts";
import type { AimedDesign } from "../types.ts";

/** One run beside others. Objective values are in the order of the comparison's objectives. */
export interface ComparedRun {
  readonly label: string;
  readonly study: string;
  readonly mode: string | null;
  readonly strategy: string;
  readonly seed: number;
  /** Whether the front is that of the whole space, under the mapping policy of its study. */
  readonly isExact: boolean;
  readonly trialCount: number;
  /** Designs of its front whose objectives are all known, and those of which some is not (they are left out). */
  readonly designCount: number;
  readonly unknownCount: number;
  readonly hypervolume: number;
  /** Of the reference front's hypervolume. */
  readonly share: number;
  /** Mean distance from the reference front, objectives relative to its range; null: no design to measure. */
  readonly igdPlus: number | null;
  /** Its front for charts, evenly thinned. */
  readonly points: readonly (readonly number[])[];
}

/** Runs that differ in their seeds only. */
export interface RunGroup {
  readonly label: string;
  /** Places of its runs. */
  readonly runs: readonly number[];
  readonly hypervolume: { readonly least: number; readonly median: number; readonly most: number };
  /**
   * What at least a share of the runs attains: corners of a staircase in the two objectives; empty where there are more.
   * The shares are one run, half of them, all of them.
   */
  readonly attainment: readonly { readonly share: number; readonly corners: readonly (readonly number[])[] }[];
}

/** The design that a run holds for the best in its own aim, at a floor of accuracy. */
export interface OwnBest extends AimedDesign {
  readonly run: string;
}

export interface Comparison {
  readonly format: 1;
  readonly objectives: readonly Objective[];
  /** Worst values that any of the fronts has: what hypervolumes are measured from. */
  readonly referencePoint: readonly number[];
  /** What IGD+ and shares are measured against. */
  readonly referenceFront: { readonly of: string; readonly isExact: boolean; readonly designCount: number };
  readonly runs: readonly ComparedRun[];
  readonly groups: readonly RunGroup[];
  readonly ownBest: readonly OwnBest[];
  /** Where the runs' settings differ beside strategy, seed and objectives: a whole sentence each. */
  readonly differences: readonly string[];
}
