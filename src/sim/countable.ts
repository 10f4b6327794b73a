import { MOST_EXTENT, MOST_MACS } from "../../assembly/abi.ts";
import type { GemmProblem } from "./types.ts";

/** Largest size of a product, in each of its directions. */
export const MOST_SIZE = MOST_EXTENT;

/** Whether the core takes a product of these sizes. With more multiplications counts would no longer be exact. */
export function isCountable({ batch, m, n, k }: Pick<GemmProblem, "batch" | "m" | "n" | "k">): boolean {
  const isSize = (size: number): boolean => Number.isInteger(size) && size >= 1 && size <= MOST_SIZE;
  return [batch, m, n, k].every(isSize) && batch * m * n * k <= MOST_MACS;
}
