import type { LoopOrder } from "./mapping.ts";

/** The six loop orders, outermost first, in the order in which the core numbers them. */
export const LOOP_ORDERS: readonly LoopOrder[] = [
  ["m", "n", "k"],
  ["m", "k", "n"],
  ["n", "m", "k"],
  ["n", "k", "m"],
  ["k", "m", "n"],
  ["k", "n", "m"],
];
