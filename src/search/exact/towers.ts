import { ACCURACY, type Problem } from "./problem.ts";
import type { Archive } from "./archive.ts";
import type { Bound } from "./bound.ts";
import { BLOCK, createBlocks, mergeBlocks, type Block } from "./blocks.ts";
import { pruneOptions, roundingMargin } from "./prune.ts";
import type { Variant } from "./types.ts";

/** A column that decides something: an additive objective, or a limit (then turned so that lower is better). */
export interface Column {
  readonly metric: number;
  readonly sign: 1 | -1;
}

/** What comparing options of a problem takes. */
export interface Workbench {
  readonly problem: Problem;
  readonly ordering: Ordering;
  readonly columns: readonly Column[];
  readonly bound: Bound;
}

/** One variant of one hardware point, ready to be combined. */
export interface Towers {
  /** By column, sign included. */
  readonly base: readonly number[];
  readonly a: Tower;
  readonly b: Tower;
}

export interface Tower {
  readonly columns: readonly Float64Array[];
  readonly blocks: readonly Block[];
  readonly all: Block;
}

/** How the options of both towers are put in order: by score, or by mean accuracy over all partners. */
export interface Ordering {
  readonly scores: readonly [Float64Array, Float64Array] | null;
  /** Fixed blocks, for accuracies that are given pair by pair. */
  readonly places: readonly [Int32Array, Int32Array] | null;
  readonly orders: readonly [Int32Array, Int32Array] | null;
  /** Highest accuracy of each option with any partner; 0 where accuracy is no part of the study. */
  readonly bestAccuracy: readonly [Float64Array, Float64Array];
}

/** Columns that decide: additive objectives first, in their order, then limits that are not among them. */
export function columnsOf({ objectives, limits }: Problem): readonly Column[] {
  const columns: Column[] = objectives.filter((metric) => metric !== ACCURACY).map((metric) => ({ metric, sign: 1 }));
  for (const { column, sign } of limits)
    if (column !== ACCURACY && !columns.some((c) => c.metric === column && c.sign === sign))
      columns.push({ metric: column, sign });
  return columns;
}

export function createOrdering({ decomposition, pairs }: Problem): Ordering {
  const { accuracy, optionCounts } = decomposition;
  const [countA, countB] = optionCounts;
  const bestAccuracy = [new Float64Array(countA), new Float64Array(countB)] as const;
  if (pairs === null || accuracy === null) return { scores: null, places: null, orders: null, bestAccuracy };
  for (const best of bestAccuracy) best.fill(-Infinity);
  for (let i = 0; i < countA; i += 1)
    for (let j = 0; j < countB; j += 1) {
      const value = pairs.values[i * countB + j]!;
      if (value > bestAccuracy[0][i]!) bestAccuracy[0][i] = value;
      if (value > bestAccuracy[1][j]!) bestAccuracy[1][j] = value;
    }
  if (accuracy.kind === "monotone") {
    const orders = accuracy.scores.map(bestFirst) as [Int32Array, Int32Array];
    return { scores: accuracy.scores, places: null, orders, bestAccuracy };
  }
  const means = [new Float64Array(countA), new Float64Array(countB)] as const;
  pairs.values.forEach((value, i) => {
    means[0][Math.floor(i / countB)]! += value;
    means[1][i % countB]! += value;
  });
  const orders = means.map(bestFirst) as [Int32Array, Int32Array];
  const places = orders.map((order) => {
    const place = new Int32Array(order.length);
    order.forEach((row, i) => (place[row] = Math.floor(i / BLOCK)));
    return place;
  }) as [Int32Array, Int32Array];
  return { scores: null, places, orders, bestAccuracy };
}

/** From the most accurate on, so that nearly all of what an archive takes in stays in it. */
function bestFirst(values: Float64Array): Int32Array {
  return Int32Array.from(values, (_, i) => i).sort((i, j) => values[j]! - values[i]! || i - j);
}

/**
 * Orders one variant's options and leaves out those that cannot be on the front: first options that are hopeless with
 * the best of the other tower, then options that another one of the same tower covers.
 *
 * @param usable   options of each tower that have a mapping
 * @param isPruned false: keep options that another one of the same tower covers
 * @returns null where a tower has none left
 */
export function createTowers(
  { problem, ordering, columns, bound }: Workbench,
  archive: Archive,
  variant: Variant,
  usable: readonly [Int32Array, Int32Array],
  isPruned = true,
): Towers | null {
  const base = columns.map(({ metric, sign }) => sign * variant.base[metric]!);
  const counts = problem.decomposition.optionCounts;
  const values = (["a", "b"] as const).map((side, t) =>
    columns.map(({ metric, sign }) => {
      const column = variant.columns[metric]![side] ?? new Float64Array(counts[t]!);
      return sign === 1 ? column : column.map((value) => -value);
    }),
  ) as [Float64Array[], Float64Array[]];
  const best = (t: 0 | 1, rows: Int32Array): Float64Array =>
    Float64Array.from(values[t], (column) => least(column, rows));
  /** Options of tower t that are open beside `others` of the other tower. */
  const openAmong = (t: 0 | 1, rows: Int32Array, others: Int32Array): Int32Array => {
    const otherBest = best(t === 0 ? 1 : 0, others);
    const own = new Float64Array(columns.length);
    const [accuracy, mine] = [ordering.bestAccuracy[t], values[t]];
    const open = new Int32Array(rows.length);
    let count = 0;
    for (let at = 0; at < rows.length; at += 1) {
      const row = rows[at]!;
      for (let c = 0; c < own.length; c += 1) own[c] = mine[c]![row]!;
      if (bound.isOpen(base, own, otherBest, accuracy[row]!, archive)) open[count++] = row;
    }
    return open.subarray(0, count);
  };
  const openA = openAmong(0, usable[0], usable[1]);
  const openB = openAmong(1, usable[1], openA);
  const rows = [openAmong(0, openA, openB), openB] as const;
  if (rows[0].length === 0 || rows[1].length === 0) return null;

  const largest = (t: 0 | 1, c: number): number =>
    rows[t].reduce((most, row) => Math.max(most, Math.abs(values[t][c]![row]!)), 0);
  const margins = columns.map((_, c) => roundingMargin(base[c]!, largest(0, c), largest(1, c)));
  const tower = (t: 0 | 1): Tower => {
    const open = isPruned ? prune(problem, rows[t], values[t], margins, t) : rows[t];
    const kept = ordered(open, ordering.orders?.[t] ?? null);
    const scores = ordering.scores?.[t] ?? null;
    const blocks = createBlocks(kept, values[t], scores, ordering.places?.[t] ?? null);
    return { columns: values[t], blocks, all: mergeBlocks(blocks, values[t], scores) };
  };
  return { base, a: tower(0), b: tower(1) };
}

function least(column: Float64Array, rows: Int32Array): number {
  let value = Infinity;
  for (const row of rows) if (column[row]! < value) value = column[row]!;
  return value;
}

function prune(
  problem: Problem,
  rows: Int32Array,
  columns: readonly Float64Array[],
  margins: readonly number[],
  t: 0 | 1,
): Int32Array {
  const { decomposition, objectives, limits, pairs } = problem;
  const strictCount = objectives.filter((metric) => metric !== ACCURACY).length;
  if (pairs === null) return pruneOptions(rows, columns, strictCount, margins);
  if (decomposition.accuracy?.kind !== "monotone") return rows;
  const scores = decomposition.accuracy.scores[t];
  const signs = new Set(limits.flatMap(({ column, sign }) => (column === ACCURACY ? [sign] : [])));
  if (objectives.includes(ACCURACY)) signs.add(-1);
  const scored = [...signs].map((sign) => scores.map((score) => sign * score));
  return pruneOptions(rows, [...columns, ...scored], strictCount, margins);
}

function ordered(rows: Int32Array, order: Int32Array | null): Int32Array {
  if (order === null) return rows;
  const isKept = new Uint8Array(order.length);
  for (const row of rows) isKept[row] = 1;
  return order.filter((row) => isKept[row] === 1);
}
