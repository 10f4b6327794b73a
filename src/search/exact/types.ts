import type { Constraint, Objective } from "../types.ts";

/**
 * A search space that falls into parts: hardware points × options of tower A × options of tower B, where every cost is
 * a sum over the parts and accuracy does not depend on the hardware. One tower: give B a single option.
 *
 *   metric(h, v, a, b) = base[metric] + (columnA[metric][a] + columnB[metric][b])      of variant v of hardware h
 *
 * in this order of additions, so that results are equal bit for bit to whoever computes the same.
 */
export interface Decomposition {
  readonly hardwareCount: number;
  readonly optionCounts: readonly [number, number];
  /** Names of the additive metrics, for example latency_s, energy_total_J, carbon_total_kgCO2e, area_mm2. */
  readonly metrics: readonly string[];
  /** Null: accuracy is no part of the study. */
  readonly accuracy: Accuracy | null;
  /** Asked once for each hardware point, in order. */
  tables(hardware: number): HardwareTables | Promise<HardwareTables>;
}

export type Accuracy =
  | {
      readonly kind: "monotone";
      readonly metric: string;
      /** Score of each option, by tower; finite. */
      readonly scores: readonly [Float64Array, Float64Array];
      /** Accuracy of scoreA + scoreB; never falls when the score rises. */
      readonly valueOf: (score: number) => number;
    }
  | {
      readonly kind: "pairs";
      readonly metric: string;
      /** Accuracy of the pair (a, b) at a · optionCounts[1] + b; finite. */
      readonly values: Float64Array;
    };

export type HardwareTables =
  | { readonly kind: "ruled-out"; readonly constraint: string; readonly by: number; readonly unit: string }
  /** Usually one variant. More: ways to run the same designs (for example mapping objectives), of which each design may use any. */
  | { readonly kind: "tables"; readonly variants: readonly Variant[] };

/** Costs by metric, in the order of `metrics`. A column that is null is 0 throughout; Infinity: no legal mapping. */
export interface Variant {
  readonly base: readonly number[];
  readonly columns: readonly { readonly a: Float64Array | null; readonly b: Float64Array | null }[];
}

export interface ExactOptions {
  /** Accuracy max, additive metrics min; one to four. */
  readonly objectives: readonly Objective[];
  readonly constraints: readonly Constraint[];
  /** Hardware points to enumerate: from, to (excluded). Default: all. */
  readonly range?: readonly [number, number];
  readonly signal?: AbortSignal;
  /** Called after each hardware point. */
  readonly onProgress?: (done: number, total: number, frontSize: number) => void;
}

/** One design of the exact front. */
export interface ExactDesign {
  readonly hardware: number;
  readonly variant: number;
  readonly a: number;
  readonly b: number;
  /** Objectives in their own units and directions. */
  readonly values: readonly number[];
}

export interface ExactReason {
  readonly constraint: string;
  /** Designs that break it, whatever else they break. */
  readonly designCount: number;
  /** By how much the nearest misses. */
  readonly nearestAmount: number;
  /** Relative to the limit; null where no limit was given. */
  readonly nearestRelative: number | null;
  /** Null: the metric's. */
  readonly unit: string | null;
}

/** Counts are exact up to 2^53. covered = feasible + infeasible; feasible = front (as designs) + dominated. */
export interface ExactResult {
  /** All non-dominated feasible designs, equal ones included, by objectives best first, then hardware, variant, a, b. */
  readonly front: readonly ExactDesign[];
  readonly coveredCount: number;
  readonly feasibleCount: number;
  readonly dominatedCount: number;
  /** Designs ruled out before or by the tables and constraints; a design may count under several. Most first. */
  readonly reasons: readonly ExactReason[];
}
