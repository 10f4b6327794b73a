import type { Hardware } from "../../spec/hardware.ts";
import { memoryCapacity } from "../../spec/memory.ts";
import type { OperatorTable } from "./operator-table.ts";
import type { Break } from "./types.ts";

/** Bytes that DRAM holds for parameters and for what lives while a tower runs. */
export function dramBytes(hardware: Hardware, parameters: number, live: number): number {
  return (parameters * hardware.precision.weight + live * hardware.precision.output) / 8;
}

/** The most that any design of a table needs. */
export function mostDramBytes({ towers, joint }: OperatorTable, hardware: Hardware): number {
  const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0);
  const parameters = towers.map((options) => most(options.map((option) => option.parameters)));
  const live = most(towers.flat().map((option) => option.live));
  return dramBytes(hardware, parameters[0]! + parameters[1]! + joint.parameters, live);
}

/** Designs that do not fit into DRAM, counted pair by pair; null: there are none. */
export function countDram(
  { towers: [a, b], joint }: OperatorTable,
  hardware: Hardware,
): (Break & { readonly designCount: number }) | null {
  const capacity = memoryCapacity(hardware);
  let designCount = 0;
  let by = Infinity;
  for (const first of a)
    for (const second of b) {
      const live = Math.max(first.live, second.live);
      const parameters = first.parameters + second.parameters + joint.parameters;
      const beyond = Math.ceil(dramBytes(hardware, parameters, live)) - capacity;
      if (beyond <= 0) continue;
      designCount += 1;
      if (beyond < by) by = beyond;
    }
  return designCount === 0 ? null : { constraint: "dram.capacity", by, limit: null, unit: "B", designCount };
}
