import * as abi from "../../assembly/abi.ts";
import type { Mapping } from "../mapping/mapping.ts";
import type { Cycles } from "../units/quantity.ts";
import { levelsOf, type Levels } from "./encode.ts";
import type { GemmHardware } from "./keys.ts";
import { checkStatus, givenMapping, type SimulateOptions } from "./simulate.ts";
import type { GemmProblem } from "./types.ts";

/** Where something happens: a level's port, or the array. */
export type TracePlace = "dram" | "global" | "local" | "array";

/** Something that takes time in the walk of a mapping. */
export interface TraceEvent {
  /**
   * read, write: a port carries a tile; arrayPort: operands and sums between the buffer near the array and the array; compute: the array works
   * on a step; wait: it waits for `place`.
   */
  readonly kind: "read" | "write" | "arrayPort" | "compute" | "wait";
  readonly place: TracePlace;
  /** Of reads and writes. */
  readonly operand?: "input" | "weight" | "output";
  /** Inner step that it is of, from 0. */
  readonly step: number;
  readonly begin: Cycles;
  readonly end: Cycles;
}

export interface GemmTrace {
  /** In the order in which they are granted; those of a port never overlap. */
  readonly events: readonly TraceEvent[];
  /** Later ones, beyond the most that were asked for. */
  readonly leftOut: number;
}

const OPERANDS = ["input", "weight", "output"] as const;

/**
 * What happens under a mapping, and when: each transfer, each step of the array, each wait with what it is for.
 *
 * @param most  events at most, the first ones
 * @throws      as simulateMapping
 */
export function traceMapping(
  hardware: GemmHardware,
  problem: GemmProblem,
  mapping: Mapping,
  most: number,
  options: Pick<SimulateOptions, "core"> = {},
): GemmTrace {
  const levels = levelsOf(hardware);
  const core = givenMapping(hardware, problem, mapping, options);
  const events: TraceEvent[] = [];
  let all = 0;
  do {
    all = core.trace(events.length);
    checkStatus(core, 0, 0, problem);
    const count = Math.min(abi.MOST_EVENTS, most - events.length, all - events.length);
    for (let at = 0; at < count; at += 1) events.push(eventAt(core.events, at * abi.EVENT_FIELDS, levels));
  } while (events.length < Math.min(all, most));
  return { events, leftOut: all - events.length };
}

function eventAt(table: Float64Array, at: number, levels: Levels): TraceEvent {
  const track = table[at + abi.EV_TRACK]!;
  const operand = table[at + abi.EV_OPERAND]!;
  const times = { step: table[at + abi.EV_STEP]!, begin: table[at + abi.EV_BEGIN]!, end: table[at + abi.EV_END]! };
  // The inner port is that of the outer buffer, or DRAM's where there is none.
  const near = levels.outerIs ?? "dram";
  const moved = (kind: "read" | "write", place: TracePlace): TraceEvent => {
    return { kind, place, operand: OPERANDS[operand]!, ...times };
  };
  switch (track) {
    case abi.TRACK_ARRAY:
      return { kind: "compute", place: "array", ...times };
    case abi.TRACK_ARRAY_PORT:
      return { kind: "arrayPort", place: "local", ...times };
    case abi.TRACK_STALL: {
      const place = operand === abi.WAIT_OUTER ? "dram" : operand === abi.WAIT_INNER ? near : "local";
      return { kind: "wait", place, ...times };
    }
    case abi.TRACK_OUTER_READ:
      return moved("read", "dram");
    case abi.TRACK_OUTER_WRITE:
      return moved("write", "dram");
    case abi.TRACK_INNER_READ:
      return moved("read", near);
    default:
      return moved("write", near);
  }
}
