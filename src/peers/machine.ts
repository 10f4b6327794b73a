import type { Operand } from "../spec/index.ts";

/*
 * What ZigZag and Timeloop both describe: multipliers, and memories between them and the world, each kept in so many copies. How it
 * becomes the levels of a hardware file is said in place.ts, once for both.
 */

/** A port of a memory, which one operand or several are on: bits a cycle. */
export interface PeerPort {
  readonly name: string;
  readonly read: number;
  readonly write: number;
  /** Reads and writes take turns. */
  readonly isShared: boolean;
}

/** A memory of one operand or several. */
export interface PeerMemory {
  readonly name: string;
  readonly line: number;
  /** Operands that it keeps; the others go past it. */
  readonly operands: readonly Operand[];
  /** Of one copy; Infinity: not stated. */
  readonly bits: number;
  /** Copies of it on the chip. */
  readonly copies: number;
  /** Bits a cycle of one copy towards the multipliers, and from them; Infinity: not stated. */
  readonly read: number;
  readonly write: number;
  /** Reads and writes take turns. */
  readonly isShared: boolean;
  /** Ports towards the multipliers by operand, where they are not all on one; absent: they are. */
  readonly ports?: Readonly<Partial<Record<Operand, PeerPort>>>;
  /** Bits that one access moves; null: not stated. */
  readonly accessBits: number | null;
  /** A smaller transfer counts as a whole access. */
  readonly isBlock: boolean;
  /** pJ a byte; null: not stated. */
  readonly energy: { readonly read: number; readonly write: number } | null;
  /** Cycles until data come, beyond that of the access itself. */
  readonly latency: number;
}

/** A number, and where it is from. */
export interface Sourced<T> {
  readonly value: T;
  readonly source: string;
  /** Line of the file; null: the value does not stand in it. */
  readonly line: number | null;
}

export interface PeerMachine {
  readonly name: Sourced<string>;
  /** nm. */
  readonly node: Sourced<number>;
  readonly inputBits: Sourced<number>;
  readonly weightBits: Sourced<number>;
  readonly accumulatorBits: Sourced<number>;
  readonly outputBits: Sourced<number>;
  readonly cores: Sourced<number>;
  readonly arraysPerCore: Sourced<number>;
  readonly rows: Sourced<number>;
  readonly cols: Sourced<number>;
  readonly unroll: Sourced<"fixed" | "flexible">;
  /** pJ of a multiplication with its addition; null: not stated. */
  readonly mac: Sourced<number> | null;
  /** From the multipliers outwards. */
  readonly memories: readonly PeerMemory[];
  /** The memory outside of the chip, one of `memories`; null: none is described. */
  readonly far: PeerMemory | null;
}

/** Multipliers of the chip. */
export function pesOf({ cores, arraysPerCore, rows, cols }: PeerMachine): number {
  return cores.value * arraysPerCore.value * rows.value * cols.value;
}
