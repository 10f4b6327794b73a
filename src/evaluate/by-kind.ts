import { pesOf } from "../spec/hardware.ts";
import type { Evaluation, LevelTraffic, OperatorEvaluation, PortCycles } from "./types.ts";

/** All operators of one tower, phase and kind, every run of them together. */
export interface KindSummary {
  readonly tower: string;
  readonly phase: "prefill" | "decode" | null;
  readonly kind: string;
  readonly runs: number;
  /** Without the time to start them. */
  readonly cycles: number;
  readonly launchCycles: number;
  /** Cycles, not among its own, in which it works beside other operators of one kernel. */
  readonly besideCycles: number;
  /** Of the cycles of the whole inference, launches included. */
  readonly share: number;
  readonly macs: number;
  /** The same with those of a faster format of rate r as 1 / r of one. */
  readonly formatMacs: number;
  readonly laneOperations: number;
  /** MACs in their own format / (cycles × PEs); null where there are none. */
  readonly utilisation: number | null;
  /** What bounds the operators that take most of the time. */
  readonly boundBy: string;
  readonly traffic: LevelTraffic;
  readonly portCycles: PortCycles;
  /** J by source; empty where energies are not known. */
  readonly energy: Readonly<Record<string, number>>;
}

/** In the order in which kinds first run. The cycles of all kinds, and all their launches rounded up, are those of the inference. */
export function summariseByKind({ operators, cycles, design }: Evaluation): readonly KindSummary[] {
  const pes = pesOf(design.hardware);
  const groups = new Map<string, OperatorEvaluation[]>();
  for (const operator of operators) {
    const key = `${operator.tower} ${operator.phase} ${operator.kind}`;
    groups.set(key, [...(groups.get(key) ?? []), operator]);
  }
  return [...groups.values()].map((group) => {
    const sum = (of: (operator: OperatorEvaluation) => number) =>
      group.reduce((total, operator) => total + operator.count * of(operator), 0);
    const own = sum((each) => each.cycles);
    const macs = sum((each) => each.macs);
    const formatMacs = sum((each) => each.macs / each.format.rate);
    const launchCycles = sum((each) => each.launchCycles);
    const level = (name: keyof LevelTraffic) => ({
      read: sum(({ traffic }) => traffic[name].read),
      written: sum(({ traffic }) => traffic[name].written),
    });
    return {
      ...{ tower: group[0]!.tower, phase: group[0]!.phase, kind: group[0]!.kind },
      ...{ runs: sum(() => 1), cycles: own, launchCycles, macs, formatMacs },
      besideCycles: sum((each) => each.besideCycles),
      share: (own + launchCycles) / cycles,
      laneOperations: sum((each) => each.vector?.laneCycles ?? 0),
      utilisation: macs === 0 ? null : formatMacs / (own * pes),
      boundBy: boundOf(group),
      traffic: { dram: level("dram"), global: level("global"), local: level("local") },
      portCycles: {
        dram: sum(({ portCycles }) => portCycles.dram),
        global: sum(({ portCycles }) => portCycles.global),
        local: sum(({ portCycles }) => portCycles.local),
      },
      energy: energyOf(group),
    };
  });
}

function boundOf(group: readonly OperatorEvaluation[]): string {
  const times = new Map<string, number>();
  for (const { bound_by, count, cycles, launchCycles } of group)
    times.set(bound_by, (times.get(bound_by) ?? 0) + count * (cycles + launchCycles));
  return [...times].reduce((most, each) => (each[1] > most[1] ? each : most))[0];
}

function energyOf(group: readonly OperatorEvaluation[]): Readonly<Record<string, number>> {
  const parts: Record<string, number> = {};
  for (const { energy, count } of group)
    for (const [source, joules] of Object.entries(energy)) parts[source] = (parts[source] ?? 0) + count * joules;
  return parts;
}

/** "text decode ffn-up". */
export function nameOfKind({ tower, phase, kind }: KindSummary): string {
  return [tower, ...(phase === null ? [] : [phase]), kind].join(" ");
}
