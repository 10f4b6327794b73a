import type { Hardware } from "../../spec/hardware.ts";
import { memoryCapacity } from "../../spec/memory.ts";
import { bitsAt, type StoredSize } from "../../workload/index.ts";
import { isFused, type ScheduleSettings } from "../../spec/schedule.ts";
import type { LiveSizes } from "./model-parts.ts";
import type { OperatorTable, OptionOperators } from "./operator-table.ts";
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

/** Bits of the options of one tower at a chip's precision. */
interface OptionBits {
  readonly stored: Float64Array;
  /** Of what lives while the tower runs. */
  readonly live: Float64Array;
}

function bitsOf(
  options: readonly OptionOperators[],
  hardware: Hardware,
  sizesOf: (live: LiveSizes) => readonly StoredSize[],
): OptionBits {
  const bits = { stored: new Float64Array(options.length), live: new Float64Array(options.length) };
  for (const [i, { parameters, live }] of options.entries()) {
    bits.stored[i] = bitsAt(parameters, hardware.precision.weight);
    bits.live[i] = liveBits(hardware, sizesOf(live));
  }
  return bits;
}

/** The most that any design of a table needs. */
export function mostDramBytes({ towers, joint }: OperatorTable, hardware: Hardware): number {
  const most = (values: Float64Array): number => values.reduce((a, b) => Math.max(a, b), 0);
  const [a, b] = towers.map((options) => bitsOf(options, hardware, ({ plain }) => plain));
  const stored = most(a!.stored) + most(b!.stored) + bitsAt(joint.parameters, hardware.precision.weight);
  return (stored + Math.max(most(a!.live), most(b!.live))) / 8;
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
  const [a, b] = table.towers.map((options) => bitsOf(options, hardware, (live) => liveUnder(live, schedule)));
  const joint = bitsAt(table.joint.parameters, hardware.precision.weight);
  let designCount = 0;
  let by = Infinity;
  for (let i = 0; i < a!.stored.length; i += 1)
    for (let j = 0; j < b!.stored.length; j += 1) {
      const bits = a!.stored[i]! + b!.stored[j]! + joint + Math.max(a!.live[i]!, b!.live[j]!);
      const beyond = Math.ceil(bits / 8) - capacity;
      if (beyond <= 0) continue;
      designCount += times(i, j);
      if (beyond < by) by = beyond;
    }
  return designCount === 0 ? null : { constraint: "dram.capacity", by, limit: null, unit: "B", designCount };
}
