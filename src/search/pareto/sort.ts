import { constrainedDominance, type Assessment } from "./feasibility.ts";

/**
 * Fast non-dominated sort (Deb et al. 2002): layers of positions, best first, each in ascending order. Every entry is
 * in exactly one layer; equal entries share theirs.
 */
export function nonDominatedSort(entries: readonly Assessment[]): readonly (readonly number[])[] {
  const dominated: number[][] = entries.map(() => []);
  const dominatorCount = new Int32Array(entries.length);
  for (let i = 0; i < entries.length; i += 1) {
    for (let j = i + 1; j < entries.length; j += 1) {
      const order = constrainedDominance(entries[i]!, entries[j]!);
      if (order < 0) {
        dominated[i]!.push(j);
        dominatorCount[j]! += 1;
      } else if (order > 0) {
        dominated[j]!.push(i);
        dominatorCount[i]! += 1;
      }
    }
  }
  const layers: number[][] = [];
  let layer = entries.map((_, i) => i).filter((i) => dominatorCount[i] === 0);
  while (layer.length > 0) {
    layers.push(layer);
    const next: number[] = [];
    for (const i of layer)
      for (const j of dominated[i]!) {
        dominatorCount[j]! -= 1;
        if (dominatorCount[j] === 0) next.push(j);
      }
    layer = next.sort((a, b) => a - b);
  }
  return layers;
}
