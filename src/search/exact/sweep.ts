import type { Archive } from "./archive.ts";
import type { Bound } from "./bound.ts";
import { createBlockAccuracy } from "./combine.ts";
import { fallingOrder } from "./falling-order.ts";
import { ACCURACY, breaks, type Problem } from "./problem.ts";
import { createStaircase } from "./staircase.ts";
import type { Column, Ordering, Towers } from "./towers.ts";

/**
 * Visits the pairs of two towers that are feasible and on the front of these towers, and that no archive point dominates.
 * The visitor's answer is not looked at.
 */
export type Sweeper = (
  towers: Towers,
  archive: Archive,
  visit: (a: number, b: number, costs: Float64Array) => boolean,
) => void;

/**
 * Accuracy and one or two sums: pairs in order of falling accuracy, of which one is on the front exactly where none before
 * it is as cheap. Accuracy does not depend on the hardware, so the order is found once.
 *
 * @returns null for other objectives
 */
export function createSweeper(
  problem: Problem,
  ordering: Ordering,
  columns: readonly Column[],
  bound: Bound,
): Sweeper | null {
  const { pairs, objectives, limits, decomposition } = problem;
  const sums = objectives.filter((column) => column !== ACCURACY);
  if (pairs === null || sums.length === objectives.length || sums.length < 1 || sums.length > 2) return null;
  const countB = decomposition.optionCounts[1];
  const { values, isAllowed } = pairs;
  const order = fallingOrder(values);
  const rank = new Int32Array(order.length);
  order.forEach((pair, place) => (rank[pair] = place));
  const ranks = new Int32Array(order.length);
  const blockAccuracy = createBlockAccuracy(problem, ordering);
  const bounded = limits
    .filter(({ column }) => column !== ACCURACY)
    .map((limit) => ({
      limit,
      at: columns.findIndex(({ metric, sign }) => metric === limit.column && sign === limit.sign),
    }));
  const [first, second] = [
    columns.findIndex((c) => c.metric === sums[0]),
    columns.findIndex((c) => c.metric === sums[1]),
  ];
  const costs = new Float64Array(objectives.length);
  const slots = objectives.map((column) => (column === ACCURACY ? -1 : sums.indexOf(column)));

  /** Places of the pairs that block bounds leave open, in order of falling accuracy. */
  const openPairs = ({ base, a, b }: Towers, archive: Archive): Int32Array => {
    let count = 0;
    for (const blockA of a.blocks) {
      if (!bound.isOpen(base, blockA.best, b.all.best, blockAccuracy(blockA, b.all), archive)) continue;
      for (const blockB of b.blocks) {
        if (!bound.isOpen(base, blockA.best, blockB.best, blockAccuracy(blockA, blockB), archive)) continue;
        for (const i of blockA.rows)
          for (const j of blockB.rows) {
            const pair = i * countB + j;
            if (isAllowed[pair] === 1) ranks[count++] = rank[pair]!;
          }
      }
    }
    return ranks.subarray(0, count).sort();
  };

  return (towers, archive, visit) => {
    const { base, a, b } = towers;
    const stairs = createStaircase();
    const found = openPairs(towers, archive);
    const sum = (at: number, i: number, j: number): number => base[at]! + (a.columns[at]![i]! + b.columns[at]![j]!);
    const isFeasible = (i: number, j: number): boolean =>
      bounded.every(({ limit, at }) => !breaks(limit, limit.sign * sum(at, i, j)));
    let from = 0;
    while (from < found.length) {
      const accuracy = values[order[found[from]!]!]!;
      let to = from;
      for (; to < found.length; to += 1) {
        const pair = order[found[to]!]!;
        if (values[pair] !== accuracy) break;
        const j = pair % countB;
        const i = (pair - j) / countB;
        const x = sum(first, i, j);
        const y = second < 0 ? 0 : sum(second, i, j);
        if (!stairs.covers(x, y) && isFeasible(i, j)) stairs.wait(x, y, pair);
      }
      stairs.settle((x, y, pair) => {
        for (let k = 0; k < slots.length; k += 1) costs[k] = slots[k]! < 0 ? 0 - accuracy : slots[k] === 0 ? x : y;
        const j = pair % countB;
        if (!archive.dominates(costs)) visit((pair - j) / countB, j, costs);
      });
      from = to;
    }
  };
}
