/**
 * What the scheduler may do beyond one operator after another, each with its operands in DRAM.
 *
 *   fusion epilogue   element-wise work right behind the GEMM that makes its operand works on each tile as it leaves
 *   fusion attention  scores, softmax and context on chip, a block of query rows at a time; includes epilogue
 *   activations       a result may wait in the global buffer for the next operator, where the objective gets better
 *   weights           all GEMM weights may stay in the global buffer over inferences, where the objective gets better
 */
export interface ScheduleSettings {
  readonly fusion: "none" | "epilogue" | "attention";
  readonly activations: boolean;
  readonly weights: boolean;
}

/** Operators in order, nothing kept: what holds where a design says nothing. */
export const PLAIN_SCHEDULE: ScheduleSettings = { fusion: "none", activations: false, weights: false };

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
  /** Bytes of the global buffer that its tiles cannot have. */
  readonly reservedBytes: number;
}

export const PLAIN_PLACEMENT: Placement = {
  resident: { input: false, weight: false, output: false },
  kept: NOTHING_KEPT,
  reservedBytes: 0,
};

/** What the schedule did to a model; the whole is the sum over operators and neighbouring pairs. */
export interface ScheduleOutcome {
  readonly settings: ScheduleSettings;
  /** Operators that run inside the one before them, by name. */
  readonly fused: readonly string[];
  /** Results that wait in the global buffer: from, to, bytes. */
  readonly handovers: readonly { readonly from: string; readonly to: string; readonly bytes: number }[];
  /** Bytes of weights that stay on chip over inferences; 0: none. */
  readonly weightBytes: number;
  /** Bytes per inference that fused attention reads from DRAM beyond its unfused form (keys and values, once a block). */
  readonly attentionRereadBytes: number;
}
