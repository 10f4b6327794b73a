import type { Point } from "../types.ts";
import type { Genes } from "./space.ts";

/** Names in the order in which a point has them, the same in ascending order, and these as a text. */
interface Shape {
  readonly names: readonly string[];
  readonly sorted: readonly string[];
  readonly text: string;
}

function shapeOf(names: readonly string[]): Shape {
  const sorted = [...names].sort();
  return { names, sorted, text: JSON.stringify(sorted) };
}

/** That of the last point: points of a space mostly have the same names in the same order. */
let shape = shapeOf([]);

/** Canonical key of a point: equal points have equal keys, whatever the order of their entries. */
export function pointKey(point: Point): string {
  const names = Object.keys(point);
  const isSame = names.length === shape.names.length && names.every((name, i) => name === shape.names[i]);
  if (!isSame) shape = shapeOf(names);
  return shape.text + JSON.stringify(shape.sorted.map((name) => point[name]));
}

/** Canonical key of a point within its space. */
export function genesKey(genes: Genes): string {
  return genes.join();
}
