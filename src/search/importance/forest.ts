import type { Random } from "../../random/index.ts";

/** Designs as places of their values: column by column, each place from 0 to below the number of its parameter's values. */
export interface Table {
  readonly columns: readonly Uint16Array[];
  /** Number of values of each parameter. */
  readonly levels: readonly number[];
  readonly values: Float64Array;
}

/** A node: a leaf with its value, or a split: places below `at` go left. Indexes are those of the tree's arrays. */
export interface Tree {
  readonly feature: Int32Array;
  readonly at: Int32Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly value: Float64Array;
}

export interface ForestOptions {
  readonly trees: number;
  /** Designs of a leaf, at least. */
  readonly leastLeaf: number;
  /** Whether a tree is grown on designs drawn with replacement, and splits look at some parameters only. */
  readonly isRandom: boolean;
}

/** As SMAC grows them (Hutter, Hoos and Leyton-Brown 2011): 5/6 of the parameters are looked at for a split. */
const SHARE_OF_FEATURES = 5 / 6;

export interface Forest {
  readonly trees: readonly Tree[];
  /** Share of the variance that trees explain of designs that they have not seen, at most 1; null: none was left out. */
  readonly fit: number | null;
}

/** Regression trees by least squares (Breiman 2001). Equal tables and random numbers give equal trees. */
export function growForest(table: Table, options: ForestOptions, random: Random): Forest {
  const count = table.values.length;
  const unseen = { sum: new Float64Array(count), trees: new Uint16Array(count) };
  const trees = Array.from({ length: options.trees }, () => {
    const rows = Int32Array.from({ length: count }, (_, i) => (options.isRandom ? random.below(count) : i));
    const tree = growTree(table, rows, options, random);
    if (options.isRandom) look(table, tree, rows, unseen);
    return tree;
  });
  return { trees, fit: options.isRandom ? fitOf(table.values, unseen) : null };
}

interface Unseen {
  readonly sum: Float64Array;
  readonly trees: Uint16Array;
}

function look({ columns, values }: Table, tree: Tree, rows: Int32Array, unseen: Unseen): void {
  const isSeen = new Uint8Array(values.length);
  for (const row of rows) isSeen[row] = 1;
  for (let row = 0; row < values.length; row += 1) {
    if (isSeen[row] === 1) continue;
    unseen.sum[row]! += predict(tree, (feature) => columns[feature]![row]!);
    unseen.trees[row]! += 1;
  }
}

function fitOf(values: Float64Array, { sum, trees }: Unseen): number | null {
  const rows = [...values.keys()].filter((row) => trees[row]! > 0);
  if (rows.length < 2) return null;
  const mean = rows.reduce((all, row) => all + values[row]!, 0) / rows.length;
  let [errors, spread] = [0, 0];
  for (const row of rows) {
    const error = sum[row]! / trees[row]! - values[row]!;
    const distance = values[row]! - mean;
    errors += error * error;
    spread += distance * distance;
  }
  return spread === 0 ? null : 1 - errors / spread;
}

/** The value that a tree gives a design. */
export function predict(tree: Tree, placeOf: (feature: number) => number): number {
  let node = 0;
  while (tree.feature[node]! >= 0)
    node = placeOf(tree.feature[node]!) < tree.at[node]! ? tree.left[node]! : tree.right[node]!;
  return tree.value[node]!;
}

/** Relative differences below it are those of rounding. */
const TIE = 1e-12;

interface Split {
  readonly feature: number;
  readonly at: number;
}

function growTree(table: Table, rows: Int32Array, options: ForestOptions, random: Random): Tree {
  const [feature, at, left, right, value]: number[][] = [[], [], [], [], []];
  const add = (of: Int32Array): number => {
    const node = value!.length;
    for (const column of [at, left, right]) column!.push(0);
    feature!.push(-1);
    value!.push(of.reduce((sum, row) => sum + table.values[row]!, 0) / of.length);
    return node;
  };
  const waiting = [{ node: add(rows), of: rows }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, of } = next;
    const split = bestSplit(table, of, options, random);
    if (split === null) continue;
    const column = table.columns[split.feature]!;
    const below = of.filter((row) => column[row]! < split.at);
    const above = of.filter((row) => column[row]! >= split.at);
    [feature![node], at![node]] = [split.feature, split.at];
    [left![node], right![node]] = [add(below), add(above)];
    waiting.push({ node: left![node]!, of: below }, { node: right![node]!, of: above });
  }
  return {
    feature: Int32Array.from(feature!),
    at: Int32Array.from(at!),
    left: Int32Array.from(left!),
    right: Int32Array.from(right!),
    value: Float64Array.from(value!),
  };
}

/**
 * The split that leaves the least squares. Where none leaves less though the values differ, as where only two parameters together
 * change them, the one that parts the designs most evenly. Null: the values are equal, or a leaf would have too few designs.
 */
function bestSplit(
  { columns, levels, values }: Table,
  rows: Int32Array,
  { leastLeaf, isRandom }: ForestOptions,
  random: Random,
): Split | null {
  const count = rows.length;
  if (count < 2 * leastLeaf) return null;
  const all = levels.map((_, feature) => feature);
  const looked = isRandom ? random.shuffle(all).slice(0, Math.max(1, Math.ceil(SHARE_OF_FEATURES * all.length))) : all;
  const sum = rows.reduce((before, row) => before + values[row]!, 0);
  // Sums of squares about the mean of the node: what a split takes off is n_left n_right / n (mean_left − mean_right)².
  let best: Split | null = null;
  let most = 0;
  let even: Split | null = null;
  let least = count;
  for (const feature of looked) {
    const column = columns[feature]!;
    const sums = new Float64Array(levels[feature]!);
    const counts = new Int32Array(levels[feature]!);
    for (const row of rows) {
      const level = column[row]!;
      sums[level]! += values[row]!;
      counts[level]! += 1;
    }
    let [belowSum, belowCount] = [0, 0];
    for (let at = 1; at < sums.length; at += 1) {
      belowSum += sums[at - 1]!;
      belowCount += counts[at - 1]!;
      const aboveCount = count - belowCount;
      if (counts[at - 1] === 0 || belowCount < leastLeaf || aboveCount < leastLeaf) continue;
      const distance = belowSum / belowCount - (sum - belowSum) / aboveCount;
      const gain = (belowCount * aboveCount * distance * distance) / count;
      if (gain > most * (1 + TIE)) [best, most] = [{ feature, at }, gain];
      const lean = Math.abs(belowCount - aboveCount);
      if (lean < least) [even, least] = [{ feature, at }, lean];
    }
  }
  const spread = rows.reduce((before, row) => before + (values[row]! - sum / count) * (values[row]! - sum / count), 0);
  if (spread <= TIE * TIE * ((sum * sum) / count)) return null;
  return most > TIE * spread ? best : even;
}
