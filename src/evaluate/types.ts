import type { HostCycles } from "./host.ts";
import type { Footprint } from "./footprint.ts";
import type { Breakdown, EmbodiedCarbon, OperationalCarbon, Unknown } from "../cost/types.ts";
import type { VectorTraffic } from "../cost/vector-energy.ts";
import type { ScheduleSettings } from "../spec/schedule.ts";
import type { SpecSet } from "../spec/settings.ts";
import type { ScheduleOutcome } from "./schedule.ts";
import type { Hardware } from "../spec/hardware.ts";
import type { GemmCounters, GemmResult, MappingEffort, MappingObjective } from "../sim/types.ts";

export interface Design extends Omit<SpecSet, "schedule"> {
  readonly mapper: { readonly objective: MappingObjective; readonly effort: MappingEffort };
  /** Default: that of the hardware; where it has none, operators one after the other, operands in DRAM. */
  readonly schedule?: ScheduleSettings;
}

/** Bytes read out of and written into each level by one run, all instances together; 0 where the level does not exist. */
export type LevelTraffic = Readonly<
  Record<"dram" | "global" | "local", { readonly read: number; readonly written: number }>
>;

/** Cycles that the port of each level is busy with one run's own data; at most its cycles. Of local buffers, that of one. */
export type PortCycles = Readonly<Record<"dram" | "global" | "local", number>>;

export interface OperatorEvaluation {
  readonly name: string;
  readonly kind: string;
  readonly tower: string;
  readonly layer: number | null;
  /** Of a decoder; null elsewhere. */
  readonly phase: "prefill" | "decode" | null;
  readonly count: number;
  /** MACs that run, cycles and energy of one execution; multiply by count for the inference. */
  readonly macs: number;
  readonly cycles: number;
  /** J by source (mac, register, local, global, dram, vector, static); empty where it is not known. */
  readonly energy: Readonly<Record<string, number>>;
  readonly utilisation: number;
  /** compute, vector, local, global, dram, latency or launch: see bounds.ts. */
  readonly bound_by: string;
  readonly traffic: LevelTraffic;
  readonly portCycles: PortCycles;
  /** Bytes of weights that came from DRAM while the operator before ran; part of the traffic, not of the cycles. */
  readonly prefetchedBytes: number;
  /** Of its cycles, those in which the weights of the next operator still come. */
  readonly waitCycles: number;
  /** Cycles, not among its own, in which it works beside other operators of one kernel. */
  readonly besideCycles: number;
  /** Time to start one run, cycles, not among its cycles; 0 inside another's kernel. */
  readonly launchCycles: number;
  /** Of its clock, what the power limit of the board leaves; absent: all of it. */
  readonly clockShare?: number;
  readonly gemm: GemmResult | null;
  /** Its counters as the profile charges them, see `chargedCounters`; null for vector work. */
  readonly charged: GemmCounters | null;
  /** What its MACs are computed in: so many of a PE and cycle, and their precision where it is not the chip's. */
  readonly format: { readonly rate: number; readonly computed: Hardware["precision"] | null };
  /** Lane work of one execution: of a vector operator with its bytes by level, of a GEMM that converts operands; null: none. */
  readonly vector: { readonly laneCycles: number; readonly traffic: VectorTraffic } | null;
}

export interface Evaluation extends Footprint {
  readonly kind: "evaluated";
  readonly design: Design;
  readonly operators: readonly OperatorEvaluation[];
  /** Σ count × cycles + nonOperatorCycles. */
  readonly cycles: number;
  readonly nonOperatorCycles: Readonly<Record<string, number>>;
  /** Of these, those in which the device waits for its host, by phase. */
  readonly hostCycles: HostCycles;
  /** J; Σ count × energy of the operators + these = energy. Empty where it is not known. */
  readonly nonOperatorEnergy: Readonly<Record<string, number>>;
  readonly latency_s: number;
  /** MACs that run, without the masked blocks that fused attention skips; at most `macs`. */
  readonly macsExecuted: number;
  /** Of the MACs that run, each against the peak of the format that it is computed in. */
  readonly utilisation: number;
  /** Peak of the arrays, 10^12 operations (2 per MAC) a second. */
  readonly peak_TOPS: number;
  /** J per inference by source. */
  readonly energy: Breakdown | Unknown;
  readonly area: Breakdown | Unknown;
  readonly embodied: EmbodiedCarbon | Unknown;
  readonly operational: OperationalCarbon | Unknown;
  /** kgCO2e over the life. */
  readonly carbon_total_kgCO2e: number | null;
  /** Keys and values of all sequences at their longest; part of {@link dramNeeded_B}. */
  readonly kvCache_B: number;
  /** What mappings were chosen for: the design's objective, or latency where energies are not known. */
  readonly mappedFor: MappingObjective;
  readonly schedule: ScheduleOutcome;
}

export interface Infeasible {
  readonly kind: "infeasible";
  readonly constraint: string;
  /** How far the nearest is from fitting, in `unit`. */
  readonly by: number;
  readonly unit: string;
  readonly detail: string;
}
