import { createFront, nadirOf, type Costs, type Front, type FrontEntry } from "./pareto/index.ts";

/** State of a study after one batch. */
export interface Progress {
  readonly trialCount: number;
  readonly feasibleCount: number;
  readonly frontSize: number;
  /** 0 until something is feasible. Never falls. */
  readonly hypervolume: number;
}

/** The front of a study as it grows, and its hypervolume, brought up to date with each feasible trial. */
export interface Convergence {
  /** A batch of feasible trials. */
  add(entries: readonly FrontEntry[]): void;
  readonly front: Front;
  /** In costs; null until the first feasible trial where it was not given. */
  readonly reference: Costs | null;
  readonly hypervolume: number;
}

/**
 * @param given reference point in costs; null: the worst of each objective over the first batch that has a feasible
 *              trial, and a tenth of its range (of its size where all are equal) further out
 */
export function createConvergence(given: Costs | null): Convergence {
  const front = createFront();
  let reference = given;
  let hypervolume = 0;
  return {
    add(entries) {
      if (entries.length === 0) return;
      reference ??= defaultReference(entries.map(({ costs }) => costs));
      for (const entry of entries) {
        if (front.dominates(entry.costs)) continue;
        hypervolume += front.gainOf(entry.costs, reference);
        front.add(entry);
      }
    },
    front,
    get reference() {
      return reference;
    },
    get hypervolume() {
      return hypervolume;
    },
  };
}

function defaultReference(costs: readonly Costs[]): Costs {
  return nadirOf(costs).map((worst, i) => {
    const best = costs.reduce((least, cost) => Math.min(least, cost[i]!), Infinity);
    const range = worst - best;
    return worst + (range > 0 ? range : Math.abs(worst) > 0 ? Math.abs(worst) : 1) / 10;
  });
}
