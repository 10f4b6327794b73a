import type { Costs } from "./costs.ts";

/** Whether `a` is nowhere worse than `b` and somewhere better. A strict partial order: equal costs do not dominate. */
export function dominates(a: Costs, b: Costs): boolean {
  return dominance(a, b) < 0;
}

/** Both directions at once: −1 where `a` dominates `b`, 1 where `b` dominates `a`, 0: neither. */
export function dominance(a: Costs, b: Costs): number {
  let better = 0;
  let worse = 0;
  for (let i = 0; i < a.length && better + worse < 2; i += 1) {
    if (a[i]! < b[i]!) better = 1;
    else if (a[i]! > b[i]!) worse = 1;
  }
  return worse - better;
}

/** Lexicographic order of costs: the order in which fronts are sorted. */
export function compareCosts(a: Costs, b: Costs): number {
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1;
  return 0;
}

/** Positions of the non-dominated entries, in the order given; equal entries all stay. */
export function nonDominated(costs: readonly Costs[]): readonly number[] {
  const order = costs.map((_, i) => i).sort((a, b) => compareCosts(costs[a]!, costs[b]!) || a - b);
  // A dominator sorts before what it dominates, so each entry is compared with the front so far only.
  const front: number[] = [];
  for (const i of order) if (!front.some((j) => dominates(costs[j]!, costs[i]!))) front.push(i);
  return front.sort((a, b) => a - b);
}
