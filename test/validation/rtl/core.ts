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
    launchOverhead: { gemm: 0, softmax: 0, normalisation: 0, elementwise: 0 },
  };
}

/**
 * The simulator core's count for a case, or null as long as the core is not connected here: `simulateGemms` of
 * src/sim/index.ts on `hardwareOf(problem)` and one GEMM { batch: 1, m, n, k, sharedB: true }, no first fill or last
 * drain of memories, objective latency. The mapping must be that of `foldsOf`: whole-array folds, columns outside,
 * rows inside, the streamed dimension in one piece (the mapper may know a faster order of remainder folds).
 */
export function coreCycles(problem: ArrayCase): number | null {
  hardwareOf(problem);
  return null;
}
