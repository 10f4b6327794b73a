import { exclusiveHypervolume, hypervolume, nonDominated, type Costs } from "../pareto/index.ts";
import type { Prediction } from "./gaussian-process.ts";
import { expectedExcess } from "./normal.ts";

/** A design of the front so far: the learnt objective (higher is better) and the known costs. */
export interface Known {
  readonly gain: number;
  readonly costs: Costs;
}

/**
 * Expected improvement of the hypervolume by a design of which the costs are known and the gain is a normal variable:
 *
 *   HVI(y) = ∫ V(t) dt from the reference gain to y,   V(t) = volume that the costs add to those of the front with gain ≥ t
 *   E[HVI] = Σ over the gains of the front, in order:  V_k · (excess(t_k) − excess(t_{k+1}))
 *
 * exact for any number of costs. One cost: V_k is a difference.
 */
export function createExpectedImprovement(
  front: readonly Known[],
  referenceGain: number,
  referenceCosts: Costs,
): (prediction: Prediction, costs: Costs) => number {
  const sorted = front.filter(({ gain }) => gain > referenceGain).sort((a, b) => a.gain - b.gain);
  const levels = [referenceGain, ...sorted.map(({ gain }) => gain)];
  const above = levels.map((_, k) => staircase(sorted.slice(k).map(({ costs }) => costs)));
  return ({ mean, deviation }, costs) => {
    if (costs.some((cost, k) => cost >= referenceCosts[k]!)) return 0;
    let total = 0;
    let excess = expectedExcess(mean, deviation, levels[0]!);
    for (let k = 0; k < levels.length && excess > 0; k += 1) {
      const next = k + 1 < levels.length ? expectedExcess(mean, deviation, levels[k + 1]!) : 0;
      total += added(costs, above[k]!, referenceCosts) * (excess - next);
      excess = next;
    }
    return total;
  };
}

function staircase(costs: readonly Costs[]): readonly Costs[] {
  return nonDominated(costs).map((i) => costs[i]!);
}

function added(costs: Costs, others: readonly Costs[], reference: Costs): number {
  if (costs.length > 1) return exclusiveHypervolume(costs, others, reference);
  const least = others.length === 0 ? reference[0]! : others[0]![0]!;
  return Math.max(0, Math.min(least, reference[0]!) - costs[0]!);
}

/** Improvement of the hypervolume by costs that are all known. */
export function improvementOf(costs: Costs, front: readonly Costs[], reference: Costs): number {
  return front.length === 0 ? hypervolume([costs], reference) : exclusiveHypervolume(costs, front, reference);
}
