import { evaluate, type Evaluation } from "../../../src/evaluate/index.ts";
import {
  defaultDeployment,
  loadHardware,
  loadModel,
  PLAIN_SCHEDULE,
  type ScheduleSettings,
} from "../../../src/spec/index.ts";
import type { MappingObjective } from "../../../src/sim/index.ts";

export function run(
  model: string,
  hardware: string,
  objective: MappingObjective,
  schedule?: Partial<ScheduleSettings>,
): Evaluation {
  const evaluation = evaluate({
    model: loadModel(model),
    hardware: loadHardware(hardware),
    deployment: defaultDeployment(),
    technology: { profile: "calibrated", factors: {} },
    mapper: { objective, effort: "fast" },
    ...(schedule === undefined ? {} : { schedule: { ...PLAIN_SCHEDULE, ...schedule } }),
  });
  if (evaluation.kind !== "evaluated") throw new Error(evaluation.detail);
  return evaluation;
}

/** DRAM bytes of all GEMMs of one inference, by operand and direction. */
export function gemmBytes(evaluation: Evaluation, kinds: readonly string[]) {
  const sum = { input: 0, weight: 0, output: 0 };
  for (const { gemm, count, kind } of evaluation.operators) {
    if (gemm?.kind !== "mapped" || !kinds.includes(kind)) continue;
    const { reads, writes } = gemm.counters.dram;
    for (const operand of ["input", "weight", "output"] as const)
      sum[operand] += count * (reads[operand] + writes[operand]);
  }
  return sum;
}
