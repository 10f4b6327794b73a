import { ACCURACY, type Problem } from "./problem.ts";
import type { Variant } from "./types.ts";

/**
 * Options of each tower whose columns of interest are all finite: those that have a mapping. None where what all options share is
 * not: every comparison with such a sum would let it pass.
 */
export function usableOptions(
  { decomposition, objectives, limits }: Problem,
  variant: Variant,
): readonly [Int32Array, Int32Array] {
  const asked = [...new Set([...objectives, ...limits.map(({ column }) => column)])].filter(
    (column) => column !== ACCURACY,
  );
  if (asked.some((column) => !Number.isFinite(variant.base[column]!))) return [new Int32Array(0), new Int32Array(0)];
  const rows = (["a", "b"] as const).map((side, t) => {
    const columns = asked.flatMap((column) => variant.columns[column]![side] ?? []);
    const usable: number[] = [];
    for (let row = 0; row < decomposition.optionCounts[t]!; row += 1)
      if (columns.every((column) => Number.isFinite(column[row]))) usable.push(row);
    return Int32Array.from(usable);
  });
  return rows as [Int32Array, Int32Array];
}
