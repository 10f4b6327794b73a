import { firstWhere } from "./count.ts";

/**
 * Positions of values from the highest to the lowest, equal ones in their own order: a counting sort over the distinct
 * values, several times as fast as a comparator for a million of them.
 */
export function fallingOrder(values: Float64Array): Int32Array {
  const rising = values.slice().sort();
  const levels = rising.filter((value, i) => i === 0 || value !== rising[i - 1]);
  const levelOf = Int32Array.from(values, (value) => firstWhere(levels.length, (at) => levels[at]! >= value));
  const next = new Int32Array(levels.length + 1);
  for (const level of levelOf) next[levels.length - level]! += 1;
  for (let i = 1; i < next.length; i += 1) next[i]! += next[i - 1]!;
  const order = new Int32Array(values.length);
  levelOf.forEach((level, i) => (order[next[levels.length - 1 - level]!++] = i));
  return order;
}
