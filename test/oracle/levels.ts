import type { Buffer, Hardware } from "../../src/spec/hardware.ts";

/** The section "Levels" of docs/model.md: what the outer and the inner buffers are on a chip. */
export interface Levels {
  readonly outer: Buffer | null;
  readonly outerIs: "global" | "local" | null;
  /** Null: the array is fed straight from the outer buffer, or from DRAM. */
  readonly inner: Buffer | null;
}

/** Whether an operand goes past the outer buffer, between DRAM and what is inside of it. */
export function passesOuter({ outer, outerIs }: Levels, operand: "input" | "weight" | "output"): boolean {
  return outerIs === "global" && outer!.holds !== undefined && !outer!.holds.includes(operand);
}

export function levelsOf({ localBuffer, globalBuffer, cores, arraysPerCore }: Hardware): Levels {
  if (globalBuffer !== null) return { outer: globalBuffer, outerIs: "global", inner: localBuffer };
  if (localBuffer === null) return { outer: null, outerIs: null, inner: null };
  if (cores > 1 || arraysPerCore > 1) return { outer: null, outerIs: null, inner: localBuffer };
  return { outer: localBuffer, outerIs: "local", inner: null };
}
