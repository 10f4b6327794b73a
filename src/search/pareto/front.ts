import type { Costs } from "./costs.ts";
import { createBoxTree } from "./box-tree.ts";
import { compareCosts } from "./dominance.ts";
import { volumeBeside } from "./hypervolume.ts";

export interface FrontEntry {
  /** Trial number: breaks ties. */
  readonly number: number;
  readonly costs: Costs;
}

/** A Pareto front that grows: holds exactly the non-dominated entries of all that were added, equal ones included. */
export interface Front {
  /** @returns whether the entry is on the front now */
  add(entry: FrontEntry): boolean;
  /** Whether an entry of the front dominates these costs. */
  dominates(costs: Costs): boolean;
  /** Volume that costs would add to the hypervolume of the front, ≥ 0: the bits of `exclusiveHypervolume`. */
  gainOf(costs: Costs, reference: Costs): number;
  /** By costs, lexicographically, then by number: independent of the order of adding. */
  entries(): readonly FrontEntry[];
  readonly size: number;
  /** Boxes and entries looked at so far: what the time grows with. */
  readonly visitCount: number;
}

export function createFront(): Front {
  const held = createBoxTree<FrontEntry>();
  return {
    add(entry) {
      if (held.hasDominatorOf(entry.costs)) return false;
      held.removeDominatedBy(entry.costs);
      held.add(entry);
      return true;
    },
    dominates: held.hasDominatorOf,
    gainOf: (costs, reference) => volumeBeside(costs, held.limitsOf(costs, reference), reference),
    entries: () => held.entries().sort((a, b) => compareCosts(a.costs, b.costs) || a.number - b.number),
    get size() {
      return held.size;
    },
    get visitCount() {
      return held.visitCount;
    },
  };
}
