import * as abi from "../../assembly/abi.ts";
import type { Mapping } from "../mapping/mapping.ts";
import { defaultCore, type Core } from "./core.ts";
import { decodeResult } from "./decode.ts";
import { encodeHardware, encodeMapping, encodeProblem, levelsOf } from "./encode.ts";
import type { GemmHardware } from "./keys.ts";
import { refusalOf, refusalText, type Refusal } from "./refusal.ts";
import { runRecords } from "./records.ts";
import type { EnergyCoefficients, GemmProblem, GemmResult, MappingEffort, MappingObjective } from "./types.ts";

export interface SimulateOptions {
  /** Default latency. Energy, EDP and carbon need `energy`. */
  readonly objective?: MappingObjective;
  readonly effort?: MappingEffort;
  /** Per-event energies; null: unknown, and only latency may be searched for. */
  readonly energy?: EnergyCoefficients | null;
  /** Core instance; default one per thread. */
  readonly core?: Core;
}

/** A GEMM that no model of ours can mean. */
export class GemmProblemError extends Error {
  override readonly name = "GemmProblemError";
  readonly row: number;
  /** What is wrong with it, by its name in assembly/abi.ts, for example `IN_M`. */
  readonly field: string;
  constructor(row: number, field: string, message: string) {
    super(message);
    this.row = row;
    this.field = field;
  }
}

/** A mapping that is given and not legal for the GEMM on the hardware. */
export class IllegalMappingError extends Error {
  override readonly name = "IllegalMappingError";
  /** What is wrong with it, by its name in assembly/abi.ts, for example `MAP_ROWS`. */
  readonly field: string;
  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

/** A hardware that has no meaning in the model; a file that describes it is refused before. */
export class UnmodelledHardwareError extends Error {
  override readonly name = "UnmodelledHardwareError";
  /** What is wrong with it, by its name in assembly/abi.ts, for example `HW_CORES`. */
  readonly field: string;
  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

/**
 * Finds the best mapping of each GEMM on the hardware and simulates it.
 *
 * @param problems  sizes whole, 1 to 2^24; MACs of each below 2^53
 * @returns         one result per problem, in order
 * @throws          GemmProblemError for a size out of range or a time beyond 2^53 cycles, UnmodelledHardwareError for a hardware of which a field
 *                  is out of range; Error for an
 *                  objective that needs energies it lacks
 */
export function simulateGemms(
  hardware: GemmHardware,
  problems: readonly GemmProblem[],
  options: SimulateOptions = {},
): GemmResult[] {
  const { objective = "latency", effort = "fast", energy = null, core = defaultCore() } = options;
  if (energy === null && objective !== "latency") throw new Error(`objective ${objective} needs energies`);
  const levels = levelsOf(hardware);
  refuseUnmodelled(hardware);
  encodeHardware(core.hardware, hardware, energy);
  const results: GemmResult[] = [];
  for (let first = 0; first < problems.length; first += abi.MAX_BATCH) {
    const batch = problems.slice(first, first + abi.MAX_BATCH);
    batch.forEach((problem, row) => {
      encodeProblem(core.problems, row, problem, objective, effort, false);
    });
    core.evaluate(batch.length);
    batch.forEach((problem, row) => {
      checkStatus(core, row, first + row, problem);
      results.push(decodeResult(core.results, row, problem, hardware, levels));
    });
  }
  return results;
}

/** What crosses the core's door for some products: records as they lie in its memory, little-endian doubles. */
export interface CoreRecords {
  /** The hardware record, then a problem record for each product. */
  readonly records: Uint8Array;
  /** A result record for each product, refusals among them. */
  readonly results: Uint8Array;
}

/**
 * The records that {@link simulateGemms} gives the core and gets from it, for hosts that call the core themselves.
 *
 * @param problems at least one
 */
export function coreRecords(
  hardware: GemmHardware,
  problems: readonly GemmProblem[],
  { objective = "latency", effort = "fast", energy = null, core = defaultCore() }: SimulateOptions = {},
): CoreRecords {
  refuseUnmodelled(hardware);
  const table = new Float64Array(abi.HW_FIELDS + problems.length * abi.IN_FIELDS);
  encodeHardware(table, hardware, energy);
  problems.forEach((problem, row) => {
    encodeProblem(table.subarray(abi.HW_FIELDS), row, problem, objective, effort, false);
  });
  const records = new Uint8Array(table.buffer);
  return { records, results: runRecords(core, records).results };
}

/**
 * Simulates one GEMM under a mapping that is given.
 *
 * @throws IllegalMappingError where the mapping is not legal on the hardware; else as simulateGemms
 */
export function simulateMapping(
  hardware: GemmHardware,
  problem: GemmProblem,
  mapping: Mapping,
  options: Pick<SimulateOptions, "energy" | "core"> = {},
): GemmResult {
  const core = givenMapping(hardware, problem, mapping, options);
  core.evaluate(1);
  checkStatus(core, 0, 0, problem);
  return decodeResult(core.results, 0, problem, hardware, levelsOf(hardware));
}

/** A core whose first rows hold a problem with the mapping that it is to be done by. */
export function givenMapping(
  hardware: GemmHardware,
  problem: GemmProblem,
  mapping: Mapping,
  { energy = null, core = defaultCore() }: Pick<SimulateOptions, "energy" | "core">,
): Core {
  refuseUnmodelled(hardware);
  encodeHardware(core.hardware, hardware, energy);
  encodeProblem(core.problems, 0, problem, "latency", "fast", true);
  const m = problem.sharedB ? problem.batch * problem.m : problem.m;
  encodeMapping(core.results, 0, mapping, { m, n: problem.n, k: problem.k });
  return core;
}

function refuseUnmodelled({ arraysPerCore, localBuffer }: GemmHardware): void {
  if (arraysPerCore === 1 || localBuffer !== null) return;
  throw new UnmodelledHardwareError(
    "HW_ARRAYS",
    `arraysPerCore is ${arraysPerCore}, but there is no localBuffer that they could share.`,
  );
}

/** @throws where the core has refused row `row`, which is problem `index` of all */
export function checkStatus(core: Core, row: number, index: number, { batch, m, n, k }: GemmProblem): void {
  const status = core.results[row * abi.RES_FIELDS + abi.RES_STATUS]!;
  if (status === abi.STATUS_OK || status === abi.STATUS_TOO_SMALL) return;
  throw errorOf(refusalOf(core, row), index, `GEMM ${batch},${m},${n},${k}`);
}

const SIZES: readonly string[] = ["IN_BATCH", "IN_M", "IN_N", "IN_K"];

function errorOf(refusal: Refusal, index: number, gemm: string): Error {
  const { record, field, isTooLong } = refusal;
  const text = refusalText(refusal);
  if (record === "hardware") return new UnmodelledHardwareError(field, `${text}.`);
  if (record === "mapping") {
    return new IllegalMappingError(field, `${gemm}: the mapping is not legal on this hardware: ${text}`);
  }
  if (isTooLong) {
    const text = "it takes more than 2^53 cycles on this hardware, where counts are no longer exact";
    return new GemmProblemError(index, field, `${gemm}: ${text}`);
  }
  const sizes = `sizes are whole, 1 to ${abi.MOST_EXTENT}, with fewer than 2^53 MACs`;
  return new GemmProblemError(index, field, `${gemm}: ${SIZES.includes(field) ? sizes : text}`);
}
