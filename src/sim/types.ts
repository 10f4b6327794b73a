import type { Mapping } from "../mapping/mapping.ts";
import type { Bytes, Cycles, Picojoules } from "../units/quantity.ts";

/** A GEMM as the core sees it: C[b,m,n] = A[b,m,k] · B[b or shared,k,n]; all sizes whole and ≥ 1. */
export interface GemmProblem {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly sharedB: boolean;
  /** Operands that are in the global buffer already (output: stay there) and do not cross the DRAM port. Default: none. */
  readonly resident?: { readonly input: boolean; readonly weight: boolean; readonly output: boolean };
  /** Bytes of the global buffer that are taken, resident operands of this problem included. Default 0. */
  readonly reservedBytes?: number;
}

export interface PerOperand {
  readonly input: number;
  readonly weight: number;
  readonly output: number;
}

/** Bytes read out of and written into one level, all instances together. */
export interface Traffic {
  readonly reads: PerOperand;
  readonly writes: PerOperand;
}

export interface GemmCounters {
  readonly macs: number;
  /** A level that the hardware does not have counts 0. */
  readonly dram: Traffic;
  readonly global: Traffic;
  readonly local: Traffic;
  /** Held operands in PE registers and partial sums in accumulators. */
  readonly register: Traffic;
  /** Elements that cross the array's edge, after multicast; output reads are partial sums that come back. */
  readonly array: {
    readonly inputReads: number;
    readonly weightReads: number;
    readonly outputReads: number;
    readonly outputWrites: number;
  };
}

/** What one counted event costs, pJ; the one set of numbers behind both the mapper's choice and the printed energy. */
export interface EnergyCoefficients {
  readonly mac: Picojoules;
  /** pJ per byte. */
  readonly dram: { readonly read: number; readonly write: number };
  readonly global: { readonly read: number; readonly write: number };
  readonly local: { readonly read: number; readonly write: number };
  /** Of bytes that cross between dies on their way from and to a level, on top of the level's own; absent: one die. */
  readonly links?: Readonly<Record<"global" | "dram", { readonly read: number; readonly write: number }>>;
  readonly register: { readonly read: number; readonly write: number };
  readonly accumulator: { readonly read: number; readonly write: number };
  /** Power while an operator runs, above idle, pJ per cycle (leakage, DRAM background). */
  readonly activePerCycle: number;
}

export type { MappingEffort, MappingObjective } from "../spec/mapping-objective.ts";

export interface GemmTiming {
  readonly cycles: Cycles;
  /** Time of the array alone, skew included. */
  readonly computeCycles: Cycles;
  /** cycles − computeCycles, by cause; the causes sum to it. */
  readonly stallCycles: { readonly dram: Cycles; readonly global: Cycles; readonly local: Cycles };
  /** What the array waits until the last part of the first outer tile has come; from the end of the last stream on: memory and array pipeline. */
  readonly firstFillCycles: Cycles;
  readonly lastDrainCycles: Cycles;
  /** MACs / (cycles × PEs of all arrays of all cores). */
  readonly utilisation: number;
  /** Lower bounds that no schedule can beat; cycles ≥ each. */
  readonly roofline: { readonly compute: Cycles; readonly dram: Cycles; readonly local: Cycles };
}

export interface MappedGemm {
  readonly kind: "mapped";
  readonly mapping: Mapping;
  readonly timing: GemmTiming;
  readonly counters: GemmCounters;
  /** What a search has left to win at most, as a share of what the mapping costs by its objective; 0 for a given mapping. */
  readonly gap: number;
}

/** No legal mapping: the level that is too small for even the smallest tile. */
export interface Unmappable {
  readonly kind: "unmappable";
  readonly level: "global-buffer" | "local-buffer" | "registers";
  readonly neededBytes: Bytes;
  readonly availableBytes: Bytes;
}

export type GemmResult = MappedGemm | Unmappable;
