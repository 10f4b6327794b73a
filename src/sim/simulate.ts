import * as abi from "../../assembly/abi.ts";
import type { Mapping } from "../mapping/mapping.ts";
import { defaultCore, type Core } from "./core.ts";
import { decodeResult } from "./decode.ts";
import { encodeHardware, encodeMapping, encodeProblem, levelsOf } from "./encode.ts";
import type { GemmHardware } from "./keys.ts";
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

/** A GEMM that no model of ours can mean; `field` names what is wrong with it. */
export class GemmProblemError extends Error {
  readonly row: number;
  constructor(row: number, message: string) {
    super(message);
    this.name = "GemmProblemError";
    this.row = row;
  }
}

/** A hardware that has no meaning in the model; a file that describes it is refused before. */
export class UnmodelledHardwareError extends Error {
  override readonly name = "UnmodelledHardwareError";
}

/**
 * Finds the best mapping of each GEMM on the hardware and simulates it.
 *
 * @param problems  sizes whole, 1 to 2^24; MACs of each below 2^53
 * @returns         one result per problem, in order
 * @throws          GemmProblemError for a size out of range; Error for an objective that needs energies it lacks
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
      checkStatus(core.results[row * abi.RES_FIELDS + abi.RES_STATUS]!, first + row, problem);
      results.push(decodeResult(core.results, row, problem, hardware, levels));
    });
  }
  return results;
}

/**
 * Simulates one GEMM under a mapping that is given.
 *
 * @throws Error where the mapping is not legal on the hardware
 */
export function simulateMapping(
  hardware: GemmHardware,
  problem: GemmProblem,
  mapping: Mapping,
  options: Pick<SimulateOptions, "energy" | "core"> = {},
): GemmResult {
  const { energy = null, core = defaultCore() } = options;
  const levels = levelsOf(hardware);
  refuseUnmodelled(hardware);
  encodeHardware(core.hardware, hardware, energy);
  encodeProblem(core.problems, 0, problem, "latency", "fast", true);
  const m = problem.sharedB ? problem.batch * problem.m : problem.m;
  encodeMapping(core.results, 0, mapping, { m, n: problem.n, k: problem.k });
  core.evaluate(1);
  checkStatus(core.results[abi.RES_STATUS]!, 0, problem);
  return decodeResult(core.results, 0, problem, hardware, levels);
}

function refuseUnmodelled({ arraysPerCore, localBuffer }: GemmHardware): void {
  if (arraysPerCore === 1 || localBuffer !== null) return;
  throw new UnmodelledHardwareError(
    `arraysPerCore is ${arraysPerCore}, but there is no localBuffer that they could share.`,
  );
}

function checkStatus(status: number, row: number, problem: GemmProblem): void {
  if (status === abi.STATUS_OK || status === abi.STATUS_TOO_SMALL) return;
  const shape = `${problem.batch},${problem.m},${problem.n},${problem.k}`;
  if (status === abi.STATUS_BAD_PROBLEM) {
    throw new GemmProblemError(row, `GEMM ${shape}: sizes are whole, 1 to 16777216, with fewer than 2^53 MACs`);
  }
  if (status === abi.STATUS_BAD_MAPPING) throw new Error(`GEMM ${shape}: the mapping is not legal on this hardware`);
  throw new Error("hardware record refused by the core");
}
