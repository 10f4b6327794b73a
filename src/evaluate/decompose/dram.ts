import type { Hardware } from "../../spec/hardware.ts";
import { memoryCapacity } from "../../spec/memory.ts";
import { bitsAt, sumOfSizes, type StoredSize } from "../../workload/index.ts";
import { isFused, type ScheduleSettings } from "../../spec/schedule.ts";
import type { LiveSizes } from "./model-parts.ts";
import type { OperatorTable } from "./operator-table.ts";
import type { Break } from "./types.ts";

/** What lives while a tower runs under a schedule: whole scores, or none where attention is one kernel. */
export function liveUnder({ plain, fused }: LiveSizes, schedule: ScheduleSettings): readonly StoredSize[] {
  return isFused(schedule, "attention") ? fused : plain;
}

/** Bytes that DRAM holds for parameters and for what lives while a tower runs. */
export function dramBytes(hardware: Hardware, parameters: StoredSize, live: readonly StoredSize[]): number {
  return (bitsAt(parameters, hardware.precision.weight) + liveBits(hardware, live)) / 8;
}

function liveBits({ precision }: Hardware, live: readonly StoredSize[]): number {
  return live.reduce((most, each) => Math.max(most, bitsAt(each, precision.output)), 0);
}

/** The most that any design of a table needs. */
export function mostDramBytes({ towers, joint }: OperatorTable, hardware: Hardware): number {
  const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0);
  const stored = (parameters: StoredSize): number => bitsAt(parameters, hardware.precision.weight);
  const parameters = towers.map((options) => most(options.map((option) => stored(option.parameters))));
  const live = most(towers.flat().map((option) => liveBits(hardware, option.live.plain)));
  return (parameters[0]! + parameters[1]! + stored(joint.parameters) + live) / 8;
}

/**
 * Designs that do not fit into DRAM, counted pair by pair; null: there are none.
 *
 * @param times how many designs a pair of options stands for
 */
export function countDram(
  table: OperatorTable,
  { hardware, schedule }: { readonly hardware: Hardware; readonly schedule: ScheduleSettings },
  times: (a: number, b: number) => number,
): (Break & { readonly designCount: number }) | null {
  const capacity = memoryCapacity(hardware);
  // Most memories hold whatever the study has, and there are a million pairs.
  if (mostDramBytes(table, hardware) <= capacity) return null;
  const {
    towers: [a, b],
    joint,
  } = table;
  let designCount = 0;
  let by = Infinity;
  for (const [i, first] of a.entries())
    for (const [j, second] of b.entries()) {
      const live = [...liveUnder(first.live, schedule), ...liveUnder(second.live, schedule)];
      const parameters = sumOfSizes(first.parameters, second.parameters, joint.parameters);
      const beyond = Math.ceil(dramBytes(hardware, parameters, live)) - capacity;
      if (beyond <= 0) continue;
      designCount += times(i, j);
      if (beyond < by) by = beyond;
    }
  return designCount === 0 ? null : { constraint: "dram.capacity", by, limit: null, unit: "B", designCount };
}
