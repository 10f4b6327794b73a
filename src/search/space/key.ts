import type { Point } from "../types.ts";
import type { Genes } from "./space.ts";

/** Canonical key of a point: equal points have equal keys, whatever the order of their entries. */
export function pointKey(point: Point): string {
  const entries = Object.entries(point).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(entries);
}

/** Canonical key of a point within its space. */
export function genesKey(genes: Genes): string {
  return genes.join();
}
