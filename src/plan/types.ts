import type { Series } from "../spec/series.ts";

/** How a job may be interrupted. */
export interface Pause {
  /** Energy of going on after a pause, J, drawn at that moment. */
  readonly cost: number;
  /** Least length of a run between pauses, ms. */
  readonly least: number;
}

/** Work of constant power that must be done within a window. */
export interface Job {
  readonly id: string;
  /** W while it runs. */
  readonly power: number;
  /** ms of running, without pauses. */
  readonly duration: number;
  /** Window in which it runs, ms of the epoch; deadline − from ≥ duration. */
  readonly from: number;
  readonly deadline: number;
  /** null: it runs without a pause. */
  readonly pause: Pause | null;
  /** Where it may run; the first is its home. */
  readonly regions: readonly string[];
  /** Energy of moving its data to another region than its home, J, drawn at home at `from`. */
  readonly transfer: number;
}

/** What a region's grid does, and what the planner thinks that it does; gCO2e/kWh. Supply: own power in W, used first. */
export interface RegionTrace {
  readonly truth: Series;
  readonly forecast: Series;
  readonly supply: Series | null;
}

export interface PlanProblem {
  readonly jobs: readonly Job[];
  readonly regions: ReadonlyMap<string, RegionTrace>;
  /** Most power that all jobs of one region may draw at once, W; null: no limit. */
  readonly capacity: number | null;
}

export const POLICIES = ["optimal", "now", "mean", "threshold", "wait"] as const;
export type Policy = (typeof POLICIES)[number];

/** From `start` to `end`, ms of the epoch. */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

export interface Placement {
  readonly region: string;
  /** In order, apart from each other. */
  readonly intervals: readonly Interval[];
}

export interface PlannedJob extends Placement {
  readonly id: string;
  /** Of the run, its pauses and the transfer, J. */
  readonly energy: number;
  /** kgCO2e by the true intensity, own supply counted as 0. */
  readonly carbon: number;
  /** The same job alone, without own supply: at once; at the mean intensity of its window at home; at best, knowing the truth. */
  readonly carbonNow: number;
  readonly carbonMean: number;
  readonly carbonBest: number;
}

export interface PlanResult {
  readonly kind: "planned";
  readonly policy: Policy;
  readonly jobs: readonly PlannedJob[];
  /** kgCO2e. */
  readonly carbonTotal: number;
  /** No plan of these jobs has less, kgCO2e by the true intensity. */
  readonly bound: number;
  /** Whether this plan is the optimum: carbonTotal = bound. */
  readonly isProved: boolean;
}

/** Jobs for which no room was found under the power limit. */
export interface PlanInfeasible {
  readonly kind: "infeasible";
  readonly unplaced: readonly string[];
  /** Whether it is proved that not all jobs fit. */
  readonly isProved: boolean;
  readonly reason: string;
}
