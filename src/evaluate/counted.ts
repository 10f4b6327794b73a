import { chargedCounters, type VectorTraffic } from "../cost/index.ts";
import type { GemmCounters, PerOperand, Traffic } from "../sim/index.ts";
import type { Evaluation, OperatorEvaluation } from "./types.ts";

/** Everything of one inference that costs energy, all operators together; energy is linear in it. */
export interface Counted {
  /** As the profile charges them, see `chargedCounters`. */
  readonly gemm: GemmCounters;
  readonly vector: { readonly laneCycles: number; readonly traffic: VectorTraffic };
  /** All cycles, launches included. */
  readonly cycles: number;
}

/** Σ count × counters over the operators of an evaluation. */
export function countedOf({ operators, cycles, design }: Pick<Evaluation, "operators" | "cycles" | "design">): Counted {
  let gemm = NOTHING;
  let laneCycles = 0;
  let traffic: VectorTraffic = { local: 0, global: 0, dram: 0 };
  for (const operator of operators) {
    const { count, vector } = operator;
    if (operator.gemm?.kind === "mapped") {
      const { counters, mapping } = operator.gemm;
      gemm = plus(gemm, chargedCounters(counters, mapping, design.hardware, design.technology), count);
    }
    if (vector === null) continue;
    laneCycles += count * vector.laneCycles;
    traffic = {
      local: traffic.local + count * vector.traffic.local,
      global: traffic.global + count * vector.traffic.global,
      dram: traffic.dram + count * vector.traffic.dram,
    };
  }
  return { gemm, vector: { laneCycles, traffic }, cycles };
}

/** Of one run of one operator. */
export function countedOfOne(operator: OperatorEvaluation, design: Evaluation["design"]): Counted {
  return countedOf({ operators: [{ ...operator, count: 1 }], cycles: operator.cycles, design });
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
