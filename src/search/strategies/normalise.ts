import { dominates, idealOf, nadirOf, type Costs } from "../pareto/index.ts";

/**
 * NSGA-III normalisation: costs less the ideal point, over the intercepts of the plane through the extreme points.
 * Where the plane does not exist or cuts an axis badly, the nadir of the non-dominated entries takes its place.
 */
export function normalise(costs: readonly Costs[]): readonly Costs[] {
  const ideal = idealOf(costs);
  const shifted = costs.map((cost) => cost.map((value, i) => value - ideal[i]!));
  const front = shifted.filter((a) => !shifted.some((b) => dominates(b, a)));
  const nadir = nadirOf(front);
  const planar = intercepts(extremes(shifted));
  const scales = nadir.map((worst, i) => {
    const scale = planar?.[i] ?? worst;
    return scale > 1e-9 * worst && scale > 0 ? scale : worst > 0 ? worst : 1;
  });
  return shifted.map((cost) => cost.map((value, i) => value / scales[i]!));
}

/** For each axis the entry that is nearest to it: least of max cost / weight, weight 1 on the axis and 1e-6 elsewhere. */
function extremes(shifted: readonly Costs[]): readonly Costs[] {
  return shifted[0]!.map((_, axis) => {
    const reach = (cost: Costs): number =>
      cost.reduce((most, value, i) => Math.max(most, i === axis ? value : value * 1e6), 0);
    return shifted.reduce((best, cost) => (reach(cost) < reach(best) ? cost : best));
  });
}

/** Where the plane through the points cuts the axes: solves points · x = 1, intercepts 1 / x. Null: no such plane. */
function intercepts(points: readonly Costs[]): readonly number[] | null {
  const rows = points.map((point) => [...point, 1]);
  const n = rows.length;
  for (let column = 0; column < n; column += 1) {
    let pivot = column;
    for (let row = column + 1; row < n; row += 1)
      if (Math.abs(rows[row]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = row;
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    const head = rows[column]!;
    if (Math.abs(head[column]!) < 1e-12) return null;
    for (let row = 0; row < n; row += 1) {
      if (row === column) continue;
      const factor = rows[row]![column]! / head[column]!;
      for (let k = column; k <= n; k += 1) rows[row]![k]! -= factor * head[k]!;
    }
  }
  const cuts = rows.map((row, i) => row[i]! / row[n]!);
  return cuts.every((cut) => Number.isFinite(cut) && cut > 0) ? cuts : null;
}
