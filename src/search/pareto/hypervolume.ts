import type { Costs } from "./costs.ts";
import { compareCosts, nonDominated } from "./dominance.ts";

/**
 * Hypervolume: the measure of the set of points that some entry weakly dominates and that weakly dominate the
 * reference point. Costs, so lower is better; entries that do not beat the reference in every objective add nothing.
 * Exact up to rounding, in any number of objectives; equal sets give equal bits whatever their order.
 *
 * 1-D: difference. 2-D: sweep, O(n log n). 3-D: sweep over a 2-D staircase, O(n²) at worst. From 4-D on WFG.
 *
 * @source While, Bradstreet, Barone: A Fast Way of Calculating Exact Hypervolumes, IEEE TEC 16(1), 2012 (WFG)
 * Checked: test/property/search/hypervolume.test.ts, against counted unit cells.
 */
export function hypervolume(entries: readonly Costs[], reference: Costs): number {
  const inside = entries.filter((costs) => costs.every((cost, i) => cost < reference[i]!));
  const front = nonDominated(inside).map((i) => inside[i]!);
  return volume(front.sort(compareCosts), reference);
}

/** The same of entries that are known to dominate none of each other; those that do not beat the reference add nothing. */
export function frontHypervolume(front: readonly Costs[], reference: Costs): number {
  const inside = front.filter((costs) => costs.every((cost, i) => cost < reference[i]!));
  return volume([...inside].sort(compareCosts), reference);
}

/** Volume that `costs` adds to `others`; at least 0. */
export function exclusiveHypervolume(costs: Costs, others: readonly Costs[], reference: Costs): number {
  const box = boxOf(costs, reference);
  if (box === 0) return 0;
  const limited = others.map((other) => other.map((cost, i) => Math.max(cost, costs[i]!)));
  return Math.max(0, box - hypervolume(limited, reference));
}

/** The same where `limits` are what others take of the box of `costs`, none of which weakly dominates another one. */
export function volumeBeside(costs: Costs, limits: readonly Costs[], reference: Costs): number {
  return Math.max(0, boxOf(costs, reference) - frontHypervolume(limits, reference));
}

function boxOf(costs: Costs, reference: Costs): number {
  return costs.reduce((product, cost, i) => product * Math.max(0, reference[i]! - cost), 1);
}

/** @param front non-dominated, better than the reference everywhere, sorted by `compareCosts` */
function volume(front: readonly Costs[], reference: Costs): number {
  if (front.length === 0) return 0;
  if (reference.length === 1) return reference[0]! - front[0]![0]!;
  if (reference.length === 2) return sweep2(front, reference);
  if (reference.length === 3) return sweep3(front, reference);
  let sum = 0;
  for (let i = 0; i < front.length; i += 1) sum += exclusiveHypervolume(front[i]!, front.slice(i + 1), reference);
  return sum;
}

/** Sorted by the first objective the second falls: one rectangle an entry. */
function sweep2(front: readonly Costs[], reference: Costs): number {
  let sum = 0;
  let ceiling = reference[1]!;
  for (const [x, y] of front as readonly [number, number][]) {
    if (y >= ceiling) continue;
    sum += (reference[0]! - x) * (ceiling - y);
    ceiling = y;
  }
  return sum;
}

/** Slices between successive values of the first objective; each is the area of the staircase of the other two. */
function sweep3(front: readonly Costs[], reference: Costs): number {
  const stairs: [number, number][] = [];
  let area = 0;
  let sum = 0;
  front.forEach(([x, y, z], i) => {
    area += addToStairs(stairs, y!, z!, reference[1]!, reference[2]!);
    const next = i + 1 < front.length ? front[i + 1]![0]! : reference[0]!;
    sum += area * (next - x!);
  });
  return sum;
}

/** Adds (y, z) to a staircase with rising y and falling z. @returns the area gained */
function addToStairs(stairs: [number, number][], y: number, z: number, limitY: number, limitZ: number): number {
  let low = 0;
  let high = stairs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (stairs[middle]![0] < y) low = middle + 1;
    else high = middle;
  }
  let ceiling = low > 0 ? stairs[low - 1]![1] : limitZ;
  if (ceiling <= z) return 0;
  let gained = 0;
  let left = y;
  let end = low;
  while (end < stairs.length && stairs[end]![1] >= z) {
    gained += (stairs[end]![0] - left) * (ceiling - z);
    [left, ceiling] = stairs[end]!;
    end += 1;
  }
  const right = end < stairs.length ? stairs[end]![0] : limitY;
  gained += (right - left) * (ceiling - z);
  stairs.splice(low, end - low, [y, z]);
  return gained;
}
