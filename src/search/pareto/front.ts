import type { Costs } from "./costs.ts";
import { compareCosts, dominates } from "./dominance.ts";

export interface FrontEntry {
  /** Trial number: breaks ties. */
  readonly number: number;
  readonly costs: Costs;
}

/** A Pareto front that grows: holds exactly the non-dominated entries of all that were added, equal ones included. */
export interface Front {
  /** @returns whether the entry is on the front now */
  add(entry: FrontEntry): boolean;
  /** By costs, lexicographically, then by number: independent of the order of adding. */
  entries(): readonly FrontEntry[];
  readonly size: number;
}

export function createFront(): Front {
  let held: FrontEntry[] = [];
  return {
    add(entry) {
      if (held.some(({ costs }) => dominates(costs, entry.costs))) return false;
      held = held.filter(({ costs }) => !dominates(entry.costs, costs));
      held.push(entry);
      return true;
    },
    entries: () => [...held].sort((a, b) => compareCosts(a.costs, b.costs) || a.number - b.number),
    get size() {
      return held.length;
    },
  };
}
