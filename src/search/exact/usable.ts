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
    const all = everyRow(decomposition.optionCounts[t]!);
    const open = columns.filter((column) => !Number.isFinite(sumOf(column)));
    return open.length === 0 ? all : all.filter((row) => open.every((column) => Number.isFinite(column[row])));
  });
  return rows as [Int32Array, Int32Array];
}

/** Finite where all values are, but for those that overflow, which are then looked at one by one. */
function sumOf(column: Float64Array): number {
  let sum = 0;
  for (let row = 0; row < column.length; row += 1) sum += column[row]!;
  return sum;
}

const known = new Map<number, Int32Array>();
const MOST_KNOWN = 8;

/** 0, 1, 2 and so on; the same array for the same count. Not to be changed. */
function everyRow(count: number): Int32Array {
  const rows = known.get(count) ?? Int32Array.from({ length: count }, (_, row) => row);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(count, rows);
  return rows;
}
