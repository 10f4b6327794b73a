import type { VectorTraffic } from "../cost/index.ts";
import type { GemmCounters, PerOperand, Traffic } from "../sim/index.ts";
import type { Hardware } from "../spec/hardware.ts";
import type { Evaluation, OperatorEvaluation } from "./types.ts";

/** Everything of one inference that costs energy, all operators together; energy is linear in it. */
export interface Counted {
  /** As the profile charges them, see `chargedCounters`; MACs in the chip's own precision. */
  readonly gemm: GemmCounters;
  /** MACs in faster formats, by what they are computed in. */
  readonly narrow: readonly { readonly precision: Hardware["precision"]; readonly macs: number }[];
  readonly vector: { readonly laneCycles: number; readonly traffic: VectorTraffic };
  /** All cycles, launches included. */
  readonly cycles: number;
  /** Of the operators, those in which they work, beside others too. */
  readonly busyCycles: number;
}

/** Σ count × counters over the operators of an evaluation. */
export function countedOf({ operators, cycles }: Pick<Evaluation, "operators" | "cycles">): Counted {
  let gemm = NOTHING;
  const narrow = new Map<string, Counted["narrow"][number]>();
  let laneCycles = 0;
  let busyCycles = 0;
  let traffic: VectorTraffic = { local: 0, global: 0, dram: 0 };
  for (const operator of operators) {
    const { count, vector, charged, format } = operator;
    busyCycles += count * (operator.cycles + operator.besideCycles);
    if (charged !== null && format.computed === null) gemm = plus(gemm, charged, count);
    else if (charged !== null) {
      gemm = plus(gemm, { ...charged, macs: 0 }, count);
      const key = JSON.stringify(format.computed);
      const macs = (narrow.get(key)?.macs ?? 0) + count * charged.macs;
      narrow.set(key, { precision: format.computed!, macs });
    }
    if (vector === null) continue;
    laneCycles += count * vector.laneCycles;
    traffic = {
      local: traffic.local + count * vector.traffic.local,
      global: traffic.global + count * vector.traffic.global,
      dram: traffic.dram + count * vector.traffic.dram,
    };
  }
  return { gemm, narrow: [...narrow.values()], vector: { laneCycles, traffic }, cycles, busyCycles };
}

/** Of one run of one operator. */
export function countedOfOne(operator: OperatorEvaluation): Counted {
  return countedOf({ operators: [{ ...operator, count: 1 }], cycles: operator.cycles });
}

const NONE: PerOperand = { input: 0, weight: 0, output: 0 };
const STILL: Traffic = { reads: NONE, writes: NONE };
const NOTHING: GemmCounters = {
  macs: 0,
  dram: STILL,
  global: STILL,
  local: STILL,
  register: STILL,
  array: { inputReads: 0, weightReads: 0, outputReads: 0, outputWrites: 0 },
};

function plus(a: GemmCounters, b: GemmCounters, count: number): GemmCounters {
  const operands = (x: PerOperand, y: PerOperand): PerOperand => ({
    input: x.input + count * y.input,
    weight: x.weight + count * y.weight,
    output: x.output + count * y.output,
  });
  const traffic = (x: Traffic, y: Traffic): Traffic => ({
    reads: operands(x.reads, y.reads),
    writes: operands(x.writes, y.writes),
  });
  return {
    macs: a.macs + count * b.macs,
    dram: traffic(a.dram, b.dram),
    global: traffic(a.global, b.global),
    local: traffic(a.local, b.local),
    register: traffic(a.register, b.register),
    array: {
      inputReads: a.array.inputReads + count * b.array.inputReads,
      weightReads: a.array.weightReads + count * b.array.weightReads,
      outputReads: a.array.outputReads + count * b.array.outputReads,
      outputWrites: a.array.outputWrites + count * b.array.outputWrites,
    },
  };
}
