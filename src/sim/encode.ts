import * as abi from "../../assembly/abi.ts";
import type { Mapping, Tile } from "../mapping/mapping.ts";
import { LOOP_ORDERS } from "../mapping/loop-orders.ts";
import { portsOf } from "../spec/die-links.ts";
import type { Buffer, Operand, OperandReads } from "../spec/hardware.ts";
import { UNLIMITED, type Rate } from "../units/quantity.ts";
import type { GemmHardware } from "./keys.ts";
import type { EnergyCoefficients, GemmProblem, MappingEffort, MappingObjective } from "./types.ts";

const DATAFLOW = {
  "weight-stationary": abi.WEIGHT_STATIONARY,
  "output-stationary": abi.OUTPUT_STATIONARY,
  "input-stationary": abi.INPUT_STATIONARY,
} as const;
const OPERAND: Record<Operand, number> = { input: abi.INPUT, weight: abi.WEIGHT, output: abi.OUTPUT };
const OVERLAP = { none: abi.OVERLAP_NONE, weights: abi.OVERLAP_WEIGHTS, folds: abi.OVERLAP_FOLDS } as const;
const OBJECTIVE: Record<MappingObjective, number> = {
  latency: abi.OBJECTIVE_LATENCY,
  energy: abi.OBJECTIVE_ENERGY,
  edp: abi.OBJECTIVE_EDP,
  carbon: abi.OBJECTIVE_CARBON,
};
const EFFORT = {
  fast: abi.EFFORT_FAST,
  thorough: abi.EFFORT_THOROUGH,
  exhaustive: abi.EFFORT_EXHAUSTIVE,
} satisfies Record<MappingEffort, number>;

interface CorePort {
  readonly read: Rate;
  readonly write: Rate;
  readonly shared: boolean;
  readonly latency: number;
  readonly reads?: OperandReads;
}

const FREE_PORT: CorePort = { read: UNLIMITED, write: UNLIMITED, shared: false, latency: 0 };

/**
 * What the core's two buffers are on this hardware. The core knows an inner buffer (one per core, next to the array), an
 * outer one (shared), and a far memory. A single buffer is the outer one, with the array fed straight from it; several
 * cores with a local buffer each and nothing shared, or several arrays that share one, have inner buffers only.
 */
export interface Levels {
  readonly inner: Buffer | null;
  readonly outer: Buffer | null;
  /** Which of the hardware's buffers the outer one is. */
  readonly outerIs: "global" | "local" | null;
}

export function levelsOf({ localBuffer, globalBuffer, cores, arraysPerCore }: GemmHardware): Levels {
  if (localBuffer !== null && globalBuffer !== null) {
    return { inner: localBuffer, outer: globalBuffer, outerIs: "global" };
  }
  if (localBuffer !== null && cores * arraysPerCore > 1) return { inner: localBuffer, outer: null, outerIs: null };
  if (globalBuffer !== null) return { inner: null, outer: globalBuffer, outerIs: "global" };
  return { inner: null, outer: localBuffer, outerIs: localBuffer === null ? null : "local" };
}

const NONE = { read: 0, write: 0 };
/** By the operand that has a memory of its own beside that of the other two. */
const SPLIT: Record<Operand, number> = {
  input: abi.SPLIT_INPUT,
  weight: abi.SPLIT_WEIGHT,
  output: abi.SPLIT_OUTPUT,
};
const OPERANDS: readonly Operand[] = ["input", "weight", "output"];

/** Writes the hardware record; energy coefficients null: none are known, which zeros say, and only time can be searched for. */
export function encodeHardware(to: Float64Array, hardware: GemmHardware, energy: EnergyCoefficients | null): void {
  const { array, precision } = hardware;
  const levels = levelsOf(hardware);
  to.fill(0, 0, abi.HW_FIELDS);
  to[abi.HW_CORES] = hardware.cores;
  to[abi.HW_ARRAYS] = hardware.arraysPerCore;
  to[abi.HW_MULTICAST] = hardware.multicast ? 1 : 0;
  to[abi.HW_ARRAY_KIND] = array.kind === "systolic" ? abi.KIND_SYSTOLIC : abi.KIND_DOT_PRODUCT;
  to[abi.HW_ROWS] = array.rows;
  to[abi.HW_COLS] = array.cols;
  to[abi.HW_UNROLL] = array.unroll === "fixed" ? abi.UNROLL_FIXED : abi.UNROLL_FLEXIBLE;
  to[abi.HW_DATAFLOWS] = array.dataflow.reduce((bits, name) => bits | (1 << DATAFLOW[name]), 0);
  to[abi.HW_SKEW] = array.skew === "full-array" ? abi.SKEW_FULL_ARRAY : abi.SKEW_EDGE_AWARE;
  to[abi.HW_OVERLAP] = OVERLAP[array.overlap];
  to[abi.HW_DRAIN] = array.drain === "shadow" ? abi.DRAIN_SHADOW : abi.DRAIN_SHIFT;
  to[abi.HW_REGISTER_WORDS] = array.registers.words;
  to[abi.HW_REGISTER_HOLDS] = array.registers.holds.reduce((bits, name) => bits | (1 << OPERAND[name]), 0);
  to[abi.HW_ACCUMULATORS] = array.accumulators.count;
  to[abi.HW_INPUT_BYTES] = precision.input / 8;
  to[abi.HW_WEIGHT_BYTES] = precision.weight / 8;
  to[abi.HW_ACCUMULATOR_BYTES] = precision.accumulator / 8;
  to[abi.HW_OUTPUT_BYTES] = precision.output / 8;

  const ports = portsOf(hardware);
  const dramPort = ports.dram ?? FREE_PORT;
  const innerPort = (levels.outerIs === null ? null : ports[levels.outerIs]) ?? dramPort;
  const arrayPort = levels.inner === null ? FREE_PORT : ports.local!;
  encodeBuffer(to, levels.inner, abi.HW_INNER_SPLIT, abi.HW_INNER_SIZE, abi.HW_INNER_DOUBLE);
  encodePort(to, abi.HW_ARRAY_PORT, arrayPort);
  encodeReads(to, abi.HW_ARRAY_PORTS, abi.HW_ARRAY_READS, arrayPort);
  to[abi.HW_ARRAY_LATENCY] = arrayPort.latency;
  to[abi.HW_ARRAY_BLOCK] = blockOf(levels.inner);
  to[abi.HW_DIRECT] = levels.inner === null ? 1 : 0;
  to[abi.HW_HAS_OUTER] = levels.outer === null ? 0 : 1;
  encodeBuffer(to, levels.outer, abi.HW_OUTER_SPLIT, abi.HW_OUTER_SIZE, abi.HW_OUTER_DOUBLE);
  to[abi.HW_OUTER_PASSED] = passedBits(levels);
  encodePort(to, abi.HW_INNER_PORT, innerPort);
  encodeReads(to, abi.HW_INNER_PORTS, abi.HW_INNER_READS, innerPort);
  to[abi.HW_INNER_PORT + abi.PORT_LATENCY] = innerPort.latency;
  to[abi.HW_INNER_BLOCK] = blockOf(levels.outer ?? hardware.dram);
  encodePort(to, abi.HW_OUTER_PORT, dramPort);
  to[abi.HW_OUTER_PORT + abi.PORT_LATENCY] = dramPort.latency;
  to[abi.HW_OUTER_BLOCK] = blockOf(hardware.dram);
  if (energy !== null) encodeEnergy(to, hardware, energy, levels);
}

function blockOf(level: Pick<Buffer, "rounding" | "accessWidth"> | null): number {
  return level !== null && level.rounding === "block" ? level.accessWidth : 0;
}

/** Operands that go past the outer buffer. */
function passedBits({ outer }: Levels): number {
  const holds = outer?.holds ?? OPERANDS;
  return OPERANDS.reduce((bits, each) => (holds.includes(each) ? bits : bits | (1 << OPERAND[each])), 0);
}

function splitOf({ size, together }: Buffer): number {
  return typeof size === "number" ? abi.SPLIT_TOGETHER : splitBy(together);
}

function splitBy(together: readonly [Operand, Operand] | undefined): number {
  const alone = together === undefined ? undefined : OPERANDS.find((each) => !together.includes(each));
  return alone === undefined ? abi.SPLIT_APART : SPLIT[alone];
}

function encodeBuffer(to: Float64Array, buffer: Buffer | null, split: number, size: number, double: number): void {
  const sizes = buffer === null ? Infinity : buffer.size;
  to[split] = buffer === null ? abi.SPLIT_TOGETHER : splitOf(buffer);
  to[size] = typeof sizes === "number" ? sizes : sizes.input;
  to[size + 1] = typeof sizes === "number" ? sizes : sizes.weight;
  to[size + 2] = typeof sizes === "number" ? sizes : sizes.output;
  to[double] = buffer === null || buffer.doubleBuffer ? 1 : 0;
}

/** Which operands have a port of their own, and the reads of those of weights and sums. */
function encodeReads(to: Float64Array, code: number, field: number, { reads }: CorePort): void {
  to[code] = reads === undefined ? abi.SPLIT_TOGETHER : splitBy(reads.together);
  for (const [at, rate] of [reads?.weight ?? UNLIMITED, reads?.output ?? UNLIMITED].entries()) {
    to[field + 2 * at] = rate.bytes;
    to[field + 2 * at + 1] = rate.cycles;
  }
}

function encodePort(to: Float64Array, field: number, port: CorePort): void {
  const read = port.reads?.input ?? port.read;
  to[field + abi.PORT_READ_BYTES] = read.bytes;
  to[field + abi.PORT_READ_CYCLES] = read.cycles;
  // On a shared port reads and writes take turns at the read bandwidth.
  const write = port.shared ? (port.reads?.output ?? port.read) : port.write;
  to[field + abi.PORT_WRITE_BYTES] = write.bytes;
  to[field + abi.PORT_WRITE_CYCLES] = write.cycles;
  to[field + abi.PORT_SHARED] = port.shared ? 1 : 0;
}

/** pJ per byte of each traffic column: what the transfer reads at one end and writes at the other. */
function encodeEnergy(to: Float64Array, hardware: GemmHardware, energy: EnergyCoefficients, levels: Levels): void {
  const dram = hardware.dram === null ? NONE : energy.dram;
  const outer = levels.outerIs === "local" ? energy.local : energy.global;
  const source = levels.outer === null ? dram : outer;
  const inner = levels.inner === null ? NONE : energy.local;
  to[abi.HW_ENERGY_MAC] = energy.mac;
  to[abi.HW_ENERGY_CYCLE] = energy.activePerCycle;
  const { global: near = NONE, dram: far = NONE } = energy.links ?? {};
  // Between the outer buffer and what it feeds; without one, between DRAM and that.
  const over = levels.outer === null ? far : levels.outerIs === "global" ? near : NONE;
  const filling = dram.read + far.read + outer.write;
  const leaving = dram.write + far.write + outer.read;
  const down = [levels.outer === null ? 0 : filling, source.read + over.read, inner.write, inner.read];
  const up = [levels.outer === null ? 0 : leaving, source.write + over.write, inner.read, inner.write];
  for (let group = 0; group < 4; group++) {
    const column = abi.HW_ENERGY_TRAFFIC + 4 * group;
    to.fill(down[group]!, column, column + 3);
    to[column + 3] = up[group]!;
  }
  // What goes past the outer buffer is neither written nor read there.
  for (const each of OPERANDS) {
    if ((passedBits(levels) & (1 << OPERAND[each])) === 0) continue;
    to[abi.HW_ENERGY_TRAFFIC + OPERAND[each]] = dram.read + far.read;
    if (each === "output") to[abi.HW_ENERGY_TRAFFIC + 3] = dram.write + far.write;
  }
  to[abi.HW_ENERGY_TRAFFIC + 16] = energy.register.write;
  to[abi.HW_ENERGY_TRAFFIC + 17] = energy.register.read;
  to[abi.HW_ENERGY_TRAFFIC + 18] = energy.accumulator.write;
  to[abi.HW_ENERGY_TRAFFIC + 19] = energy.accumulator.read;
}

export function encodeProblem(
  to: Float64Array,
  row: number,
  problem: GemmProblem,
  objective: MappingObjective,
  effort: MappingEffort,
  isMappingGiven: boolean,
): void {
  const base = row * abi.IN_FIELDS;
  to[base + abi.IN_BATCH] = problem.batch;
  to[base + abi.IN_M] = problem.m;
  to[base + abi.IN_N] = problem.n;
  to[base + abi.IN_K] = problem.k;
  to[base + abi.IN_SHARED_B] = problem.sharedB ? 1 : 0;
  to[base + abi.IN_OBJECTIVE] = OBJECTIVE[objective];
  to[base + abi.IN_EFFORT] = EFFORT[effort];
  to[base + abi.IN_GIVEN_MAPPING] = isMappingGiven ? 1 : 0;
  to[base + abi.IN_RESIDENT] = problem.resident === undefined ? 0 : bitsOf(problem.resident);
  to[base + abi.IN_RESERVED] = problem.reservedBytes ?? 0;
  to[base + abi.IN_EVERY_TILE] = 0;
}

/** One bit an operand, as the core numbers them. */
function bitsOf(flags: { readonly input: boolean; readonly weight: boolean; readonly output: boolean }): number {
  return (flags.input ? 1 : 0) | (flags.weight ? 2 : 0) | (flags.output ? 4 : 0);
}

/** Writes a mapping into result row `row`, where the core looks for a given one. */
export function encodeMapping(to: Float64Array, row: number, mapping: Mapping, whole: Tile): void {
  const base = row * abi.RES_FIELDS;
  const tile = (field: number, value: Tile) => {
    to[base + field] = value.m;
    to[base + field + 1] = value.n;
    to[base + field + 2] = value.k;
  };
  const order = (name: readonly string[]) => LOOP_ORDERS.findIndex((each) => each.join() === name.join());
  const isDirect = mapping.arrayTile !== null;
  const outer = mapping.globalTile ?? (isDirect ? mapping.localTile : null);
  to[base + abi.MAP_CORES] = mapping.coreSplit.b;
  tile(abi.MAP_CORES + 1, mapping.coreSplit);
  to[base + abi.MAP_ARRAYS] = mapping.arraySplit.b;
  to[base + abi.MAP_ARRAYS + 1] = mapping.arraySplit.m;
  to[base + abi.MAP_ARRAYS + 2] = mapping.arraySplit.n;
  to[base + abi.MAP_PACKED] = mapping.packed;
  tile(abi.MAP_OUTER_TILE, outer ?? whole);
  to[base + abi.MAP_OUTER_ORDER] = order(mapping.dramOrder);
  tile(abi.MAP_INNER_TILE, mapping.arrayTile ?? mapping.localTile ?? whole);
  to[base + abi.MAP_INNER_ORDER] = order(mapping.globalOrder);
  to[base + abi.MAP_DATAFLOW] = DATAFLOW[mapping.dataflow];
  to[base + abi.MAP_BYPASS] = mapping.bypass === null ? 0 : 1;
  tile(abi.MAP_REGISTER_TILE, mapping.registerTile);
  tile(abi.MAP_ROWS, mapping.spatial.rows);
  tile(abi.MAP_COLS, mapping.spatial.cols);
  to[base + abi.MAP_KEPT] = bitsOf(mapping.kept);
  const { global, local } = mapping.doubleBuffered;
  to[base + abi.MAP_OUTER_DOUBLE] = bitsOf(mapping.globalTile === null && isDirect ? local : global);
  // What goes straight to the array is always fetched ahead.
  to[base + abi.MAP_INNER_DOUBLE] = isDirect ? 7 : bitsOf(local);
}
