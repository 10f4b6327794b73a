import { power } from "../math/index.ts";
import type { GemmProblem, GemmResult } from "../sim/index.ts";
import type { Hardware } from "../spec/hardware.ts";

/** Tiles of results that library kernels are built for, rows × columns (CUTLASS 3.5, `tools/library`, device-wide GEMMs of tensor cores). */
const TILES = [
  ...[256, 128, 64, 32].map((rows) => [rows, 128] as const),
  ...[256, 128, 64, 32, 16].map((rows) => [rows, 64] as const),
  [128, 256],
  [64, 256],
  [128, 32],
  [64, 32],
  [16, 128],
  [64, 16],
] as const;

/** Into how many parts kernels split k, where there are fewer tiles than cores. */
const SPLITS = [1, 2, 3, 4, 6, 8, 12, 16] as const;

/** k goes through a kernel in steps of so many bytes of a row. */
const STEP_BYTES = 128;

/** Two streams that mostly overlap take (a^p + b^p)^(1/p); p 2.5 to 4 fit equally well. */
const OVERLAP = 3;

/** Of the sums of a split, which a second pass adds up, the share that the second level of memory does not take. */
const SUMS_MOVED = 0.7;

/** Time of a kernel that computes one product, cycles; of these, those of its arrays and those in which its results leave. */
export interface KernelTime {
  readonly cycles: number;
  readonly arrays: number;
  readonly results: number;
}

/**
 * A product as one library kernel of tiles bm × bn, k in s parts, on a chip whose file describes such kernels (`kernels`):
 *
 *   cycles  = min over bm × bn and s of (arrays^3 + operands^3)^(1/3) + results [s > 1: + secondPass]
 *   arrays  = ⌈batch · ⌈m / bm⌉ · ⌈n / bn⌉ · s / cores⌉ · k' · max(bm · bn / PEs of a core, bytes of (bm + bn) / operandSupply)
 *   k'      = k / s, in whole steps of 128 B
 *   operands, results = bytes that come and go over DRAM's bandwidth, results at resultBandwidth;
 *             of a split, 0.7 · s · (bytes of all sums) instead
 *
 * Tiles go in waves over the cores, so the last wave costs as much as a full one. Results leave after the sums of their tile are done,
 * beside nothing. Unit: cycles. Constants: of half of the published bf16 kernels of A100 and H100 (aiconfigurator, Apache-2.0), one set for
 * both but for `kernels` of the files. Limit of validity: kernels of 20 us and more; the time to start one is the stack's (`runtime`).
 * Checked: test/validation/kernels, on the half that no fit has seen.
 */
export function kernelTime(problem: GemmProblem, hardware: Hardware): KernelTime | null {
  const { kernels, cores, arraysPerCore, array, precision, dram, clock } = hardware;
  if (kernels === null || dram === null) return null;
  const { resident = NOWHERE } = problem;
  const batch = problem.sharedB ? 1 : problem.batch;
  const m = problem.sharedB ? problem.batch * problem.m : problem.m;
  const { n, k } = problem;
  const pes = arraysPerCore * array.rows * array.cols;
  const supply = kernels.operandSupply.bytes / kernels.operandSupply.cycles;
  const step = Math.max(1, Math.floor((8 * STEP_BYTES) / Math.max(precision.input, precision.weight)));
  const operandBits = (resident.input ? 0 : m * k * precision.input) + (resident.weight ? 0 : k * n * precision.weight);
  const { read } = dram.port;
  const operands = (batch * (operandBits / 8) * read.cycles) / read.bytes;
  const resultRate = kernels.resultBandwidth ?? dram.port.write;
  const perByte = resident.output ? 0 : resultRate.cycles / resultRate.bytes;
  let best: KernelTime | null = null;
  for (const parts of SPLITS) {
    const steps = Math.ceil(k / parts / step) * step;
    const arrays = leastOf((rows, cols) => {
      const tiles = batch * Math.ceil(m / rows) * Math.ceil(n / cols) * parts;
      const fed = (rows * precision.input + cols * precision.weight) / 8 / supply;
      return Math.ceil(tiles / cores) * steps * Math.max((rows * cols) / pes, fed);
    });
    const bits = parts === 1 ? precision.output : SUMS_MOVED * parts * precision.accumulator;
    const results = batch * m * n * (bits / 8) * perByte;
    const both = power(power(arrays, OVERLAP) + power(operands, OVERLAP), 1 / OVERLAP);
    const cycles = both + results + (parts === 1 ? 0 : kernels.secondPass * clock);
    if (best === null || cycles < best.cycles) best = { cycles, arrays, results };
    if (parts > 1 && steps <= step) break;
  }
  return best;
}

const NOWHERE = { input: false, weight: false, output: false } as const;

function leastOf(cost: (rows: number, cols: number) => number): number {
  return TILES.reduce((least, [rows, cols]) => Math.min(least, cost(rows, cols)), Infinity);
}

/**
 * A mapped product with the time of its kernel, on chips whose file describes kernels; elsewhere as it was. Counters stay those of the
 * mapping: what moves is the mapper's, how long it takes the kernel's. What is not the arrays' own time is laid to DRAM.
 */
export function withKernelTime(result: GemmResult, problem: GemmProblem, hardware: Hardware): GemmResult {
  const kernel = kernelTime(problem, hardware);
  if (kernel === null || result.kind === "unmappable") return result;
  const { timing } = result;
  const { compute, dram, local } = timing.roofline;
  const cycles = Math.ceil(Math.max(kernel.cycles, compute, dram, local));
  const arrays = Math.min(cycles, Math.ceil(kernel.arrays));
  return {
    ...result,
    timing: {
      ...timing,
      cycles,
      computeCycles: arrays,
      stallCycles: { dram: cycles - arrays, global: 0, local: 0 },
      firstFillCycles: 0,
      lastDrainCycles: Math.min(cycles - arrays, Math.floor(kernel.results)),
      utilisation: (timing.utilisation * timing.cycles) / cycles,
    },
  };
}
