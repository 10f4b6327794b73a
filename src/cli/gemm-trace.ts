import type { TracedGemm } from "../evaluate/index.ts";
import { stepPlaces } from "../mapping/steps.ts";
import type { GemmProblem, TraceEvent, TracePlace } from "../sim/index.ts";
import type { Hardware } from "../spec/index.ts";

/** More are hardly looked at, and make files that viewers do not open. */
export const MOST_EVENTS = 100_000;

const PLACES: Readonly<Record<TracePlace, string>> = {
  dram: "DRAM",
  global: "global buffer",
  local: "local buffer",
  array: "array",
};

/** The line of a viewer that an event stands on. Reads and writes of a shared port are on one; operands with ports of their own have lines of theirs. */
function lineOf({ kind, place, operand }: TraceEvent, { dram, globalBuffer, localBuffer }: Hardware): string {
  if (kind === "compute") return PLACES.array;
  if (kind === "wait") return "waits";
  if (kind === "arrayPort") return `${PLACES.local}, to and from the array`;
  const level = { dram, global: globalBuffer, local: localBuffer, array: null }[place];
  const reads = level?.port.reads;
  if (reads !== undefined && operand !== undefined) {
    const on = reads.together?.includes(operand) === true ? reads.together.join(" and ") : operand;
    const isOfOutputs = on.includes("output");
    return `${PLACES[place]}, ${on}${level?.port.shared === true && isOfOutputs ? "" : ` ${kind}s`}`;
  }
  return level?.port.shared === true ? PLACES[place] : `${PLACES[place]}, ${kind}s`;
}

/** In the order in which viewers show lines: from DRAM inwards. */
const ORDER = ["DRAM", "global buffer", "local buffer", "array", "waits", "last drain"];

function nameOf({ kind, place, operand }: TraceEvent): string {
  if (kind === "compute") return "compute";
  if (kind === "wait") return `wait for ${PLACES[place]}`;
  return operand ?? "tile";
}

/**
 * What happens in a product in the trace-event format that chrome://tracing and Perfetto read, times in microseconds, cycles as arguments: a line for
 * each port or direction of one, for the array, for what it waits for, and for the time behind its last step until the last result is in its
 * place.
 */
export function gemmTraceText(
  { mapped: { mapping, timing }, events, leftOut }: TracedGemm,
  problem: GemmProblem,
  hardware: Hardware,
): string {
  const microseconds = (cycles: number): number => (cycles / hardware.clock) * 1e6;
  const lines = [...new Set([...events.map((each) => lineOf(each, hardware)), "last drain"])].sort(
    (a, b) => ORDER.findIndex((name) => a.startsWith(name)) - ORDER.findIndex((name) => b.startsWith(name)),
  );
  const placeOf = stepPlaces(mapping, problem);
  const shown = (name: string, line: string, begin: number, end: number, args: object): object => ({
    name,
    cat: line,
    ph: "X",
    ts: microseconds(begin),
    dur: microseconds(end - begin),
    pid: 1,
    tid: lines.indexOf(line) + 1,
    args: { ...args, begin, end },
  });
  const { cycles, lastDrainCycles } = timing;
  const traceEvents = [
    ...lines.map((name, at) => ({ name: "thread_name", ph: "M", pid: 1, tid: at + 1, args: { name } })),
    ...lines.map((_, at) => ({ name: "thread_sort_index", ph: "M", pid: 1, tid: at + 1, args: { sort_index: at } })),
    ...events.map((each) => {
      const { step, begin, end } = each;
      return shown(nameOf(each), lineOf(each, hardware), begin, end, { step, ...placeOf(step) });
    }),
    ...(lastDrainCycles > 0 ? [shown("last drain", "last drain", cycles - lastDrainCycles, cycles, {})] : []),
  ];
  return `${JSON.stringify({ displayTimeUnit: "ns", traceEvents, otherData: { cycles, leftOut } })}\n`;
}
