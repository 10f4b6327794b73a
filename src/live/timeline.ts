import type { Evaluation } from "../core/index.ts";

type Operator = Evaluation["operators"][number];

/** For how long something lasts within one run of an operator, cycles. */
export interface TimelineRow {
  readonly name: string;
  /** From the beginning of the run, its launch included; null: it is known for how long, not when. */
  readonly from: number | null;
  readonly cycles: number;
}

/** One run of an operator in time. */
export interface Timeline {
  /** Cycles of a run, its launch included, and s of them. */
  readonly cycles: number;
  readonly seconds: number;
  /** When the first run begins in the inference, s. */
  readonly begins: number;
  readonly rows: readonly TimelineRow[];
}

/**
 * Parts of one run in order of time, then what is known by duration alone: array, stalls by what caused them, ports. A product that
 * is changed by its schedule (weights that came before it, a kernel that it is part of) has no fill and drain of its own.
 *
 * @param at place among the operators of the evaluation
 */
export function timelineOf({ operators, design }: Evaluation, at: number): Timeline {
  const operator = operators[at]!;
  const { clock } = design.hardware;
  const before = operators
    .slice(0, at)
    .reduce((sum, { count, cycles, launchCycles }) => sum + count * (cycles + launchCycles), 0);
  const cycles = operator.launchCycles + operator.cycles;
  const rows = [...orderedRows(operator), ...durations(operator)].filter((row) => row.cycles > 0);
  return { cycles, seconds: cycles / clock, begins: before / clock, rows };
}

function orderedRows(operator: Operator): readonly TimelineRow[] {
  const { gemm, cycles, launchCycles, waitCycles } = operator;
  const timing = gemm?.kind === "mapped" ? gemm.timing : null;
  const own = cycles - waitCycles;
  const parts: readonly (readonly [string, number])[] =
    timing !== null && timing.cycles === own
      ? [
          ["first fill", timing.firstFillCycles],
          ["streams", own - timing.firstFillCycles - timing.lastDrainCycles],
          ["last drain", timing.lastDrainCycles],
        ]
      : [[gemm === null ? "vector lanes" : "runs", own]];
  let from = 0;
  return [["launch", launchCycles] as const, ...parts, ["waits for the next one's weights", waitCycles] as const].map(
    ([name, length]) => {
      const row = { name, from, cycles: length };
      from += length;
      return row;
    },
  );
}

function durations({ gemm, portCycles }: Operator): readonly TimelineRow[] {
  const timing = gemm?.kind === "mapped" ? gemm.timing : null;
  const lasting = (name: string, cycles: number): TimelineRow => ({ name, from: null, cycles });
  return [
    ...(timing === null
      ? []
      : [
          lasting("array computes", timing.computeCycles),
          lasting("array waits for DRAM", timing.stallCycles.dram),
          lasting("array waits for the global buffer", timing.stallCycles.global),
          lasting("array waits for its local buffer", timing.stallCycles.local),
        ]),
    lasting("DRAM port is busy", portCycles.dram),
    lasting("global buffer's port is busy", portCycles.global),
    lasting("a local buffer's port is busy", portCycles.local),
  ];
}
