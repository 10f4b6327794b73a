import type { Evaluation } from "../evaluate/index.ts";

const MOST_EVENTS = 100_000;

/**
 * The schedule of one inference in the trace-event format that chrome://tracing and Perfetto read: one event per run of
 * an operator, in execution order, times in microseconds; the time to start it lies before it.
 */
export function traceOf(evaluation: Evaluation): { readonly text: string; readonly leftOut: number } {
  const { operators, design } = evaluation;
  const microseconds = (cycles: number) => (cycles / design.hardware.clock) * 1e6;
  const events: unknown[] = [];
  let start = 0;
  let leftOut = 0;
  for (const { name, kind, tower, count, cycles, launchCycles, macs, bound_by } of operators) {
    for (let run = 0; run < count; run++) {
      start += launchCycles;
      if (events.length < MOST_EVENTS) {
        const args = { cycles, macs, bound_by, run };
        events.push({
          name,
          cat: kind,
          ph: "X",
          ts: microseconds(start),
          dur: microseconds(cycles),
          pid: 1,
          tid: tower,
          args,
        });
      } else leftOut += 1;
      start += cycles;
    }
  }
  return {
    text: `${JSON.stringify({ displayTimeUnit: "ns", traceEvents: events, otherData: { leftOut } })}\n`,
    leftOut,
  };
}
