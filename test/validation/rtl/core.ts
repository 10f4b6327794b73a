import type { Mapping } from "../../../src/mapping/mapping.ts";
import { simulateMapping } from "../../../src/sim/index.ts";
import type { Hardware } from "../../../src/spec/hardware.ts";
import { UNLIMITED } from "../../../src/units/quantity.ts";
import type { ArrayCase } from "./fold-times.ts";

/** The array of a case behind a local buffer that never makes it wait; nothing else on the chip. */
export function hardwareOf(problem: ArrayCase): Hardware {
  return {
    name: "rtl",
    description: "An array alone, fed without limit",
    clock: 1e9,
    node: 22,
    precision: { input: 8, weight: 8, accumulator: 32, output: 32 },
    cores: 1,
    arraysPerCore: 1,
    multicast: false,
    array: {
      kind: "systolic",
      rows: problem.rows,
      cols: problem.cols,
      unroll: "fixed",
      dataflow: [problem.dataflow],
      skew: problem.skew,
      overlap: problem.overlap,
      drain: problem.drain,
      registers: { words: 0, holds: [] },
      accumulators: { count: 1, per: "pe" },
    },
    vector: { lanes: 1, cyclesPerElement: {} },
    localBuffer: {
      size: Infinity,
      port: { read: UNLIMITED, write: UNLIMITED, shared: false, latency: 0 },
      accessWidth: 1,
      rounding: "pro-rata",
      doubleBuffer: true,
    },
    globalBuffer: null,
    dram: null,
    energy: null,
    kernels: null,
    boardPower: null,
    runtime: null,
  };
}

/**
 * The simulator core's count for a case, its mapping that of `foldsOf`: whole-array folds, columns outside, rows inside,
 * the streamed dimension in one piece. (The mapper itself may know a faster order of remainder folds.)
 */
export function coreCycles(problem: ArrayCase): number {
  const { dataflow, rows, cols, m, n, k } = problem;
  const isOutput = dataflow === "output-stationary";
  const isInput = dataflow === "input-stationary";
  const flags = { input: false, weight: false, output: false };
  const mapping: Mapping = {
    coreSplit: { b: 1, m: 1, n: 1, k: 1 },
    arraySplit: { b: 1, m: 1, n: 1 },
    packed: 1,
    globalTile: null,
    dramOrder: ["m", "n", "k"],
    localTile: { m, n, k },
    globalOrder: isOutput ? ["n", "m", "k"] : isInput ? ["m", "k", "n"] : ["n", "k", "m"],
    arrayTile: {
      m: isOutput ? Math.min(m, rows) : isInput ? Math.min(m, cols) : m,
      n: isInput ? n : Math.min(n, cols),
      k: isOutput ? k : Math.min(k, rows),
    },
    bypass: null,
    dataflow,
    registerTile: { m: 1, n: 1, k: 1 },
    spatial: {
      rows: isOutput ? { m: rows, n: 1, k: 1 } : { m: 1, n: 1, k: rows },
      cols: isInput ? { m: cols, n: 1, k: 1 } : { m: 1, n: cols, k: 1 },
    },
    kept: { input: false, weight: false, output: false },
    doubleBuffered: { global: flags, local: flags },
  };
  const result = simulateMapping(hardwareOf(problem), { batch: 1, m, n, k, sharedB: false }, mapping);
  if (result.kind !== "mapped") throw new Error(`the core does not map ${JSON.stringify(problem)}`);
  return result.timing.cycles;
}
