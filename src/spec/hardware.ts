import type { Link } from "./link.ts";
import type { Package } from "./package.ts";
import type { Runtime } from "./runtime.ts";
import type { ScheduleSettings } from "./schedule.ts";
import type { Silicon } from "./silicon.ts";
import type { Bytes, Cycles, Hertz, Nanometres, Rate } from "../units/quantity.ts";

export type Operand = "input" | "weight" | "output";
export type Dataflow = "weight-stationary" | "output-stationary" | "input-stationary";

export type NumberFormat = "fp32" | "fp16" | "bf16" | "fp8";

/** One accelerator, validated. Field meanings: docs/hardware.md; design rationale of each choice there too. */
export interface Hardware {
  readonly name: string;
  readonly description: string;
  readonly clock: Hertz;
  readonly node: Nanometres;
  /** Element widths in bits. */
  readonly precision: {
    readonly input: number;
    readonly weight: number;
    readonly accumulator: number;
    readonly output: number;
    /** Number format of the MACs, which decides what they cost; absent: integers. */
    readonly format?: NumberFormat;
    /** Published circuit that multiplies, of presets/multipliers.yaml; absent: an exact one. */
    readonly multiplier?: string;
  };
  /** Narrower formats that the arrays compute faster; absent: none. */
  readonly formats?: readonly ArrayFormat[];
  readonly cores: number;
  readonly arraysPerCore: number;
  /** Whether one read of a shared level serves every core that wants the same word. */
  readonly multicast: boolean;
  readonly array: PeArray;
  readonly vector: VectorUnit;
  /** One per core. Null: the array is fed by the level above. */
  readonly localBuffer: Buffer | null;
  /** One per chip. Null: local buffers are filled from DRAM. */
  readonly globalBuffer: Buffer | null;
  /** Null: nothing outside the chip is modelled, or (`withoutDram`) there is nothing. */
  readonly dram: Dram | null;
  /** Present where the product has no DRAM: weights, KV cache and activations must fit the global buffer, which then keeps them. */
  readonly withoutDram?: true;
  /**
   * Energies that the machine's own description gives, which then stand for the technology tables: J per MAC, pJ per byte
   * read or written at each level. Null: the technology profile prices events.
   */
  readonly energy: {
    readonly mac: number;
    readonly registers: EnergyPerByte;
    readonly accumulators: EnergyPerByte;
    readonly localBuffer: EnergyPerByte;
    readonly globalBuffer: EnergyPerByte;
    readonly dram: EnergyPerByte;
  } | null;
  /** What library kernels get out of it, where their time is taken instead of the mapper's; null: the mapper's. */
  readonly kernels: Kernels | null;
  /** What the board takes while its chip works; null: not known. */
  readonly boardPower: BoardCoefficients | null;
  /** Software that runs models on it, and what that takes. Null: the machine starts its own operators, in no time. */
  readonly runtime: Runtime | null;
  /** What joins it with others of its kind; absent: nothing is known of it, and a service runs on single devices. */
  readonly link?: Link;
  /** What is known of the chip that is sold; absent: everything is modelled. */
  readonly silicon?: Silicon;
  /** Dies that its parts are on, and what joins them; absent: one die. */
  readonly package?: Package;
  /** What its own scheduler does where nobody says otherwise; absent: operators one after the other, operands in DRAM. */
  readonly schedule?: ScheduleSettings;
}

/** pJ of a byte that is read, and of one that is written. */
export interface EnergyPerByte {
  readonly read: number;
  readonly write: number;
}

/** Power of a board with its memory, all in, fitted or published. */
export interface BoardCoefficients {
  /** W, nothing running, while a process holds the device; absent: the idle power of the board. */
  readonly allocated?: number;
  /** W of a core that is at work beside its MACs: clock tree, instruction issue. */
  readonly busyPerCore: number;
  /** pJ for each byte that DRAM reads or writes. */
  readonly dramByte: number;
  /** J for each MAC of the chip's precision; a format of rate r takes 1 / r of it. */
  readonly mac: number;
}

/** What bounds a kernel of tiles, which schedules itself, beside arrays and DRAM. */
export interface Kernels {
  /** Bytes of operands that one core brings to its arrays. */
  readonly operandSupply: Rate;
  /** At which results leave for DRAM when their tile is done; null: as DRAM takes them. */
  readonly resultBandwidth: Rate | null;
  /** s: a second kernel that adds up the parts of a split of k. */
  readonly secondPass: number;
  /** Attention as one kernel; absent: as its products and its softmax side by side. */
  readonly attention?: {
    /** Share of the arrays' rate that the two products run at. */
    readonly products: number;
    /** Exponentials, each as long as a special function takes, of which the products do not run beside. */
    readonly softmax: number;
    /** Share of DRAM's bandwidth at which queries, keys, values and results of blocks come and go. */
    readonly operands: number;
    /** s: splitting the context of a decode step over all cores, and adding up. */
    readonly split: number;
    /** s for each wave of sequences and kv heads over the cores in a decode step. */
    readonly wave: number;
  };
}

/** A format that the arrays take from memory as it is, and in which each PE makes `rate` MACs a cycle. */
export interface ArrayFormat {
  /** Widest elements of both operands, bits. */
  readonly input: number;
  readonly weight: number;
  readonly format: "int" | "fp";
  readonly rate: number;
  /**
   * Of weights that keep n of m the arrays skip what is gone, `"2:4"`; or they skip what the masks of either operand say is zero,
   * `"mask"`, and `rate` is the most elements of k that a PE looks at in a cycle; absent: they skip nothing.
   */
  readonly sparsity?: string | undefined;
}

export interface PeArray {
  readonly kind: "systolic" | "dot-product";
  readonly rows: number;
  readonly cols: number;
  readonly unroll: "fixed" | "flexible";
  /** Allowed dataflows, at least one, in the order in which ties are broken. */
  readonly dataflow: readonly Dataflow[];
  readonly skew: "full-array" | "edge-aware";
  readonly overlap: "none" | "weights" | "folds";
  readonly drain: "shadow" | "shift";
  /** Storage words in each PE beyond the pipeline latches, shared by the operands that it may hold. */
  readonly registers: { readonly words: number; readonly holds: readonly Operand[] };
  /** Partial-sum registers, per PE (systolic) or per column (dot-product). */
  readonly accumulators: { readonly count: number; readonly per: "pe" | "column" };
}

export interface Port {
  readonly read: Rate;
  readonly write: Rate;
  /** Reads and writes take turns on one port of `read` bandwidth; of ports by operand those of the port that outputs are on. */
  readonly shared: boolean;
  /** Ports of their own by operand: at what each reads; `read` is then their sum, `write` that of outputs. Absent: one port. */
  readonly reads?: OperandReads;
  /** Delays arrival, does not occupy the port. */
  readonly latency: Cycles;
}

/** A port for all operands in the place of those that they have of their own. */
export function onePort({ reads, ...port }: Port): Port {
  void reads;
  return port;
}

/** Rates at which the ports of operands read; of one that goes past the buffer it is not used. */
export interface OperandReads {
  readonly input: Rate;
  readonly weight: Rate;
  readonly output: Rate;
  /** Two of them that are on one port; absent: none. */
  readonly together?: readonly [Operand, Operand];
}

export interface Buffer {
  /**
   * Infinity: unlimited. Per operand: private memories; 0 of an operand that has none, since it shares that of another (`together`) or goes past
   * the buffer (`holds`).
   */
  readonly size: Bytes | { readonly input: Bytes; readonly weight: Bytes; readonly output: Bytes };
  /** Two operands that share a memory beside one of the third, whose size stands at the first of them; absent: none. */
  readonly together?: readonly [Operand, Operand];
  /** Operands that it keeps, of the global buffer; the others go past it, between DRAM and what is inside of it. Absent: all three. */
  readonly holds?: readonly Operand[];
  readonly port: Port;
  readonly accessWidth: Bytes;
  /** How a transfer smaller than the access width is counted: in proportion, or as a whole access. */
  readonly rounding: "pro-rata" | "block";
  readonly doubleBuffer: boolean;
  /** Present where the file says `bandwidth: array`: it is what the arrays take, and changes with them. */
  readonly bandwidthFollows?: "array";
}

/** Bytes of the memory of a buffer that an operand is in; 0: it goes past the buffer. */
export function roomOf({ size, together, holds }: Buffer, operand: Operand): Bytes {
  if (holds?.includes(operand) === false) return 0;
  if (typeof size === "number") return size;
  return size[together?.includes(operand) === true ? together[0] : operand];
}

/** Bytes of the one memory that a buffer keeps all operands in; null: they are apart, or some go past it. */
export function commonRoom(buffer: Buffer | null): Bytes | null {
  return buffer !== null && typeof buffer.size === "number" && buffer.holds === undefined ? buffer.size : null;
}

/** Memory outside the chip: dies that are sold (`dies` given; bandwidth follows), or plain numbers. */
export interface Dram {
  /** Row of the DRAM table, for example "LPDDR3"; null: idealised plain numbers. */
  readonly type: string | null;
  readonly capacity: Bytes;
  readonly port: Port;
  readonly accessWidth: Bytes;
  readonly rounding: "pro-rata" | "block";
  /** Dies (HBM: stacks) that the capacity is bought as. */
  readonly dies?: number;
  /** Present where the dies are as few as the capacity is sold as, and change with it. */
  readonly fewestDies?: true;
  /** Data bits of all dies together; the widest that the dies have where left out. */
  readonly width?: number;
  /** Whether plain numbers of a named type need not be sold; absent: no. */
  readonly idealised?: boolean;
}

export interface VectorUnit {
  /** Lanes per core. */
  readonly lanes: number;
  /** Present where the file says `lanes: rows`: changing `array.rows` then changes the lanes too. */
  readonly lanesFollow?: "rows";
  /** Lane-cycles per element for one primitive. Missing primitive: the default of the vector room. */
  readonly cyclesPerElement: Readonly<Record<string, number>>;
  /** Longest row that kernels keep in the core between their passes; absent: what the local buffer holds four of. */
  readonly heldRow?: Bytes;
  /** Cycles that a core takes for each row besides its elements, by primitive: barriers of the reduction. Absent: none. */
  readonly cyclesPerRow?: Readonly<Record<string, number>>;
  /**
   * How the passes over an operator's rows, and the transfers of its data, overlap. Absent: all do, and the slowest decides.
   * passes: the passes of a kernel follow each other, each as long as the slower of its work and its transfers.
   * none: load, compute and store follow each other.
   */
  readonly overlap?: "passes" | "none";
  /** True: lanes work on one operator while the arrays work on another; absent: operators follow each other. */
  readonly besideProducts?: true;
  /** False: within one kernel lanes and arrays take turns; absent: lanes work beside the arrays, on other blocks. */
  readonly besideArrays?: false;
}

/** PEs of all arrays of all cores: each makes one MAC a cycle at most. */
export function pesOf({ cores, arraysPerCore, array }: Pick<Hardware, "cores" | "arraysPerCore" | "array">): number {
  return cores * arraysPerCore * array.rows * array.cols;
}

/** Operations a second of all arrays: 2 per MAC. */
export function peakOperationsOf(hardware: Pick<Hardware, "cores" | "arraysPerCore" | "array" | "clock">): number {
  return 2 * pesOf(hardware) * hardware.clock;
}
