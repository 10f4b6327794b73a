import { ACCURACY, type Problem } from "./problem.ts";
import { BLOCK, createBlocks, mergeBlocks, type Block } from "./blocks.ts";
import { pruneOptions, roundingMargin } from "./prune.ts";
import type { Variant } from "./types.ts";

/** A column that decides something: an additive objective, or a limit (then turned so that lower is better). */
export interface Column {
  readonly metric: number;
  readonly sign: 1 | -1;
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
  if (pairs === null || accuracy === null) return { scores: null, places: null, orders: null };
  if (accuracy.kind === "monotone") {
    const orders = accuracy.scores.map(ascending) as [Int32Array, Int32Array];
    return { scores: accuracy.scores, places: null, orders };
  }
  const [countA, countB] = optionCounts;
  const means = [new Float64Array(countA), new Float64Array(countB)] as const;
  pairs.values.forEach((value, i) => {
    means[0][Math.floor(i / countB)]! += value;
    means[1][i % countB]! += value;
  });
  const orders = means.map(ascending) as [Int32Array, Int32Array];
  const places = orders.map((order) => {
    const place = new Int32Array(order.length);
    order.forEach((row, i) => (place[row] = Math.floor(i / BLOCK)));
    return place;
  }) as [Int32Array, Int32Array];
  return { scores: null, places, orders };
}

function ascending(values: Float64Array): Int32Array {
  return Int32Array.from(values, (_, i) => i).sort((i, j) => values[i]! - values[j]! || i - j);
}

/** @param usable options of each tower that have a mapping. @returns null where a tower has none */
export function createTowers(
  problem: Problem,
  ordering: Ordering,
  columns: readonly Column[],
  variant: Variant,
  usable: readonly [Int32Array, Int32Array],
): Towers | null {
  const base = columns.map(({ metric, sign }) => sign * variant.base[metric]!);
  const counts = problem.decomposition.optionCounts;
  const values = (["a", "b"] as const).map((side, t) =>
    columns.map(({ metric, sign }) => {
      const column = variant.columns[metric]![side] ?? new Float64Array(counts[t]!);
      return sign === 1 ? column : column.map((value) => -value);
    }),
  ) as [Float64Array[], Float64Array[]];
  const largest = (t: 0 | 1, c: number): number =>
    usable[t].reduce((most, row) => Math.max(most, Math.abs(values[t][c]![row]!)), 0);
  const margins = columns.map((_, c) => roundingMargin(base[c]!, largest(0, c), largest(1, c)));
  const tower = (t: 0 | 1): Tower | null => {
    const rows = ordered(prune(problem, usable[t], values[t], margins, t), ordering.orders?.[t] ?? null);
    if (rows.length === 0) return null;
    const scores = ordering.scores?.[t] ?? null;
    const blocks = createBlocks(rows, values[t], scores, ordering.places?.[t] ?? null);
    return { columns: values[t], blocks, all: mergeBlocks(blocks, values[t], scores) };
  };
  const [a, b] = [tower(0), tower(1)];
  return a === null || b === null ? null : { base, a, b };
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
  const isKept = new Set(rows);
  return order.filter((row) => isKept.has(row));
}
