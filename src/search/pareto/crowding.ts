import type { Costs } from "./costs.ts";

/**
 * Crowding distance of each entry of one layer (Deb et al. 2002): the sum over objectives of the gap between its two
 * neighbours, relative to the layer's range. The first and last of each objective get Infinity; ties in cost are
 * ordered by position.
 */
export function crowdingDistances(layer: readonly Costs[]): readonly number[] {
  const distances = new Array<number>(layer.length).fill(0);
  const objectiveCount = layer[0]?.length ?? 0;
  for (let m = 0; m < objectiveCount; m += 1) {
    const order = layer.map((_, i) => i).sort((a, b) => layer[a]![m]! - layer[b]![m]! || a - b);
    const first = order[0]!;
    const last = order[order.length - 1]!;
    const range = layer[last]![m]! - layer[first]![m]!;
    distances[first] = Infinity;
    distances[last] = Infinity;
    if (range === 0) continue;
    for (let k = 1; k < order.length - 1; k += 1)
      distances[order[k]!]! += (layer[order[k + 1]!]![m]! - layer[order[k - 1]!]![m]!) / range;
  }
  return distances;
}
