import type { Costs } from "./costs.ts";

/**
 * IGD+: mean over a reference front of the distance to the nearest entry, counting only objectives in which the entry
 * is worse. 0: every reference point is reached or beaten; lower is better. Objectives are taken relative to the range
 * of the reference front, so the units do not matter (an objective without range counts as it is).
 *
 * @source Ishibuchi, Masuda, Tanigaki, Nojima: Modified Distance Calculation in GD and IGD, EMO 2015
 * @returns Infinity for no entries
 */
export function igdPlus(entries: readonly Costs[], referenceFront: readonly Costs[]): number {
  if (referenceFront.length === 0) throw new RangeError("IGD+ needs a reference front");
  const scales = referenceFront[0]!.map((_, i) => {
    const column = referenceFront.map((costs) => costs[i]!);
    const range = column.reduce((a, b) => Math.max(a, b)) - column.reduce((a, b) => Math.min(a, b));
    return range > 0 ? range : 1;
  });
  let sum = 0;
  for (const target of referenceFront) {
    let nearest = Infinity;
    for (const entry of entries) {
      let squared = 0;
      for (let i = 0; i < target.length; i += 1) {
        const gap = Math.max(0, entry[i]! - target[i]!) / scales[i]!;
        squared += gap * gap;
      }
      nearest = Math.min(nearest, squared);
    }
    sum += Math.sqrt(nearest);
  }
  return sum / referenceFront.length;
}

/** The worst value of each objective over a front: its nadir where the front is non-dominated. */
export function nadirOf(front: readonly Costs[]): Costs {
  if (front.length === 0) throw new RangeError("an empty front has no nadir");
  return front.reduce((worst, costs) => worst.map((w, i) => Math.max(w, costs[i]!)));
}

/** The best value of each objective over a front. */
export function idealOf(front: readonly Costs[]): Costs {
  if (front.length === 0) throw new RangeError("an empty front has no ideal point");
  return front.reduce((best, costs) => best.map((b, i) => Math.min(b, costs[i]!)));
}
