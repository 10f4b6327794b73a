import type { Costs } from "./costs.ts";
import { compareCosts } from "./dominance.ts";

/**
 * The most hypervolume that `count` points of a front of two objectives can have: what a search of `count` evaluations
 * could reach at best. Exact, by dynamic programming over the front in order: O(n² · count).
 *
 * @param front non-dominated
 */
export function bestSubsetHypervolume(front: readonly Costs[], count: number, reference: Costs): number {
  const points = front.filter((costs) => costs.every((cost, k) => cost < reference[k]!)).sort(compareCosts);
  const [limitX, limitY] = reference as readonly [number, number];
  // best[i]: most volume left of and including point i, of which the part below its own y is counted up to x_i only.
  let best = points.map(([x, y]) => (limitX - x!) * (limitY - y!));
  let most = best.reduce((a, b) => Math.max(a, b), 0);
  for (let chosen = 2; chosen <= Math.min(count, points.length); chosen += 1) {
    const next = points.map(() => 0);
    points.forEach(([x, y], i) => {
      for (let j = 0; j < i; j += 1) {
        const gained = best[j]! + (limitX - x!) * (points[j]![1]! - y!);
        if (gained > next[i]!) next[i] = gained;
      }
    });
    best = next;
    most = best.reduce((a, b) => Math.max(a, b), most);
  }
  return most;
}
