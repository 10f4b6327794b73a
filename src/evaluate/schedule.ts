import type { ScheduleSettings } from "../spec/schedule.ts";

/** Bytes of a vector operator's operands and results that do not cross the DRAM port. */
export interface Kept {
  readonly inputBytes: number;
  readonly outputBytes: number;
  /** It works on tiles in the local buffer: those bytes do not cross the global buffer's port either. */
  readonly isOnTile: boolean;
}

export const NOTHING_KEPT: Kept = { inputBytes: 0, outputBytes: 0, isOnTile: false };

/** Where one operator's data are while it runs; part of the key of its result. */
export interface Placement {
  /** GEMM operands that are in the global buffer (output: stays there). */
  readonly resident: { readonly input: boolean; readonly weight: boolean; readonly output: boolean };
  readonly kept: Kept;
  /** Bytes of its weights that came while the operator before ran: counted here, though they take no time here. */
  readonly prefetchedBytes: number;
  /** Bytes of the global buffer that its tiles cannot have. */
  readonly reservedBytes: number;
}

export const PLAIN_PLACEMENT: Placement = {
  resident: { input: false, weight: false, output: false },
  kept: NOTHING_KEPT,
  prefetchedBytes: 0,
  reservedBytes: 0,
};

/** What the schedule did to a model; the whole is the sum over operators and neighbouring pairs. */
export interface ScheduleOutcome {
  readonly settings: ScheduleSettings;
  /** Operators that run inside the one before them, by name. */
  readonly fused: readonly string[];
  /** Results that wait in the global buffer: from, to, bytes. */
  readonly handovers: readonly { readonly from: string; readonly to: string; readonly bytes: number }[];
  /** Weights that come while the operator before runs: the two, bytes, and cycles that the second then still waits. */
  readonly prefetches: readonly {
    readonly from: string;
    readonly to: string;
    readonly bytes: number;
    readonly waitCycles: number;
  }[];
  /** Bytes of weights that stay on chip over inferences; 0: none. */
  readonly weightBytes: number;
  /** Bytes per inference that fused attention reads from DRAM beyond its unfused form (keys and values, once a block). */
  readonly attentionRereadBytes: number;
}
