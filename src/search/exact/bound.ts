import type { Archive } from "./archive.ts";
import { ACCURACY, type Problem } from "./problem.ts";
import type { Column } from "./towers.ts";

/**
 * Whether designs with costs of at least base + (a + b), by column, and at most `accuracy` may be feasible and
 * non-dominated. Sums are rounded monotonically, so a corner bounds every design behind it bit for bit. Leaves the
 * objectives of the corner in `costs`.
 */
export interface Bound {
  isOpen(base: readonly number[], a: Float64Array, b: Float64Array, accuracy: number, archive: Archive): boolean;
  readonly costs: Float64Array;
}

export function createBound({ objectives, limits }: Problem, columns: readonly Column[]): Bound {
  const dimension = objectives.length;
  const columnAt = Int32Array.from(objectives, (metric) =>
    columns.findIndex((c) => c.metric === metric && c.sign === 1),
  );
  const bounds = limits
    .filter(({ column }) => column !== ACCURACY)
    .map(({ column, sign, constraint }) => ({
      at: columns.findIndex((c) => c.metric === column && c.sign === sign),
      limit: sign * constraint.limit,
    }));
  const floors = limits
    .filter(({ column, sign }) => column === ACCURACY && sign < 0)
    .map(({ constraint }) => constraint.limit);
  const leastAccuracy = floors.reduce((most, floor) => Math.max(most, floor), -Infinity);
  const costs = new Float64Array(dimension);
  return {
    costs,
    isOpen(base, a, b, accuracy, archive) {
      if (accuracy < leastAccuracy) return false;
      for (const { at, limit } of bounds) if (base[at]! + (a[at]! + b[at]!) > limit) return false;
      for (let k = 0; k < dimension; k += 1) {
        const at = columnAt[k]!;
        costs[k] = at < 0 ? 0 - accuracy : base[at]! + (a[at]! + b[at]!);
      }
      return !archive.dominates(costs);
    },
  };
}
