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
  /** How many options of the space each stands for, by tower, since they cost the same; left out: one each. */
  readonly multiplicities?: readonly [Float64Array, Float64Array];
  /** Names of the additive metrics, for example latency_s, energy_total_J, carbon_total_kgCO2e, area_mm2. */
  readonly metrics: readonly string[];
  /** Null: accuracy is no part of the study. */
  readonly accuracy: Accuracy | null;
  /** Limits of the decomposition's own, beside the study's. One without text is not counted among the reasons. */
  readonly limits?: readonly Constraint[];
  /**
   * @param made what an answer for this hardware point has said it was made from: the same answer then, without the work
   */
  tables(hardware: number, made?: Float64Array): HardwareTables | Promise<HardwareTables>;
  readonly secondLook?: SecondLookRule;
  /**
   * At most what any variant or second look of a hardware point would give, column by column, for a hundredth of the work;
   * null: none is known.
   */
  floor?(hardware: number): Variant | null;
  /** The same for several hardware points at once; null: none is known. */
  commonFloor?(hardware: readonly number[]): Variant | null;
}

/**
 * Another way to run a design, too dear to be tried on all: only designs that break a limit of `metrics` under the first
 * variant take it, and of these only what could still be on the front by the floor of the hardware point.
 */
export interface SecondLookRule {
  readonly metrics: readonly string[];
  /** Costs of these options in the second way; options that were not asked for may be Infinity. */
  tables(hardware: number, a: Int32Array, b: Int32Array): Variant | Promise<Variant>;
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
  /** What every design of the hardware point breaks, at least one. */
  | { readonly kind: "ruled-out"; readonly breaks: readonly HardwareBreak[] }
  | {
      readonly kind: "tables";
      /** Usually one. More: ways to run the same designs, of which each design may use any. */
      readonly variants: readonly Variant[];
      /** At most what a second look would give, column by column; left out: no second look here. */
      readonly floor?: Variant;
      /** The numbers that took the work: short beside the tables. Infinity: there is none. */
      readonly made?: Float64Array;
      /** Designs that break something that is no sum, counted by the decomposition. */
      readonly counted?: readonly (HardwareBreak & { readonly designCount: number })[];
    };

export interface HardwareBreak {
  readonly constraint: string;
  readonly by: number;
  /** Null: there is no limit to compare with. */
  readonly limit: number | null;
  /** Null: the metric's. */
  readonly unit: string | null;
}

/** Costs by metric, in the order of `metrics`. A column that is null is 0 throughout; Infinity: no legal mapping. */
export interface Variant {
  readonly base: readonly number[];
  readonly columns: readonly { readonly a: Float64Array | null; readonly b: Float64Array | null }[];
}

export interface ExactOptions {
  /** Accuracy max, additive metrics min; one to four. */
  readonly objectives: readonly Objective[];
  readonly constraints: readonly Constraint[];
}

/** How far an enumeration goes, and who watches it. */
export interface ExactRun {
  /** Hardware points to enumerate. Default: all. */
  readonly points?: readonly number[];
  readonly signal?: AbortSignal;
  /** Called after each hardware point. */
  readonly onProgress?: (done: number, total: number, frontSize: number) => void;
}

/** One design of the exact front. */
export interface ExactDesign {
  readonly hardware: number;
  /** Position among the variants; their number: the second look. */
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

/**
 * Counts are exact up to 2^53. covered = bounded + feasible + infeasible; feasible = front (as designs) + dominated. What
 * is feasible, dominated or ruled out for a reason is counted among the designs that are not bounded.
 */
export interface ExactResult {
  /** All non-dominated feasible designs, equal ones included, by objectives best first, then hardware, variant, a, b; options stand for theirs. */
  readonly front: readonly ExactDesign[];
  readonly coveredCount: number;
  readonly feasibleCount: number;
  readonly dominatedCount: number;
  /** Designs on hardware points whose floor already is dominated or over a limit, design by design: ruled out unseen. */
  readonly boundedCount: number;
  /** Hardware points by what became of them. */
  readonly points: { readonly ruledOut: number; readonly bounded: number; readonly enumerated: number };
  /** Designs ruled out before or by the tables and constraints; a design may count under several. Most first. */
  readonly reasons: readonly ExactReason[];
}

/** A hardware point with designs that a second look might bring to the front. */
export interface SecondLook {
  readonly hardware: number;
  /** What its tables are made from; null: they are made anew. */
  readonly made: Float64Array | null;
}

/** Result over some hardware points, and what is worth a second look there. */
export interface ExactPart extends ExactResult {
  readonly secondLooks: readonly SecondLook[];
}

/** What second looks have brought. */
export interface SecondLookResult {
  /** Designs looked at again, those of them that then meet every limit, and those that the front does not dominate. */
  readonly designCount: number;
  readonly feasibleCount: number;
  readonly found: readonly ExactDesign[];
}

/** What is counted before anything is known of the front. */
export type ExactCounts = Pick<ExactResult, "coveredCount" | "feasibleCount" | "boundedCount" | "points">;
