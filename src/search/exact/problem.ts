import { SearchError } from "../errors.ts";
import type { Constraint } from "../types.ts";
import type { Accuracy, Decomposition, ExactOptions } from "./types.ts";

/** A decomposition with the names of objectives and constraints looked up. */
export interface Problem {
  readonly decomposition: Decomposition;
  /** Column of each objective; ACCURACY for the accuracy. */
  readonly objectives: readonly number[];
  readonly limits: readonly Limit[];
  /** Accuracy of every pair at a · countB + b, and whether it meets the limits on accuracy; null: not asked for. */
  readonly pairs: PairTable | null;
}

export interface Limit {
  readonly constraint: Constraint;
  readonly column: number;
  /** +1: at most, −1: at least. */
  readonly sign: 1 | -1;
}

export interface PairTable {
  readonly values: Float64Array;
  readonly isAllowed: Uint8Array;
  /** The options of tower B with which one of tower A is allowed. */
  allowedWith(a: number): Int32Array;
}

export const ACCURACY = -1;

/** How many designs options stand for. */
export interface Multiplicities {
  /** By tower; null: one each, and then so of both. */
  readonly times: readonly [Float64Array, Float64Array] | null;
  /** Of a pair of options. */
  of(a: number, b: number): number;
  /** Of all pairs of these options. */
  product(a: Int32Array, b: Int32Array): number;
  /** Of all pairs. */
  readonly total: number;
}

export function multiplicitiesOf({ multiplicities, optionCounts }: Decomposition): Multiplicities {
  const times = multiplicities ?? null;
  if (times === null)
    return {
      times,
      of: () => 1,
      product: (a, b) => a.length * b.length,
      total: optionCounts[0] * optionCounts[1],
    };
  const sum = (counts: Float64Array, rows: Int32Array): number => rows.reduce((all, row) => all + counts[row]!, 0);
  const whole = times.map((counts) => counts.reduce((all, count) => all + count, 0));
  return {
    times,
    of: (a, b) => times[0][a]! * times[1][b]!,
    product: (a, b) => sum(times[0], a) * sum(times[1], b),
    total: whole[0]! * whole[1]!,
  };
}

/** @throws SearchError `search/unknown-metric`, `search/not-decomposable` */
export function createProblem(decomposition: Decomposition, options: ExactOptions): Problem {
  const { metrics, accuracy } = decomposition;
  const columnOf = (metric: string): number => {
    if (accuracy !== null && accuracy.metric === metric) return ACCURACY;
    const column = metrics.indexOf(metric);
    if (column >= 0) return column;
    const known = [...metrics, ...(accuracy === null ? [] : [accuracy.metric])].sort().join(", ");
    throw new SearchError("search/unknown-metric", `the exact search knows no ${metric}; it knows: ${known}`);
  };
  const objectives = options.objectives.map(({ metric, direction }) => {
    const column = columnOf(metric);
    if ((direction === "max") !== (column === ACCURACY))
      throw new SearchError("search/not-decomposable", `exact search cannot make ${metric} ${direction}imal`);
    return column;
  });
  if (objectives.length === 0) throw new SearchError("search/not-decomposable", "exact search needs an objective");
  const limits = [...options.constraints, ...(decomposition.limits ?? [])].map((constraint): Limit => ({
    constraint,
    column: columnOf(constraint.metric),
    sign: constraint.comparison === "<=" ? 1 : -1,
  }));
  const isAsked = [...objectives, ...limits.map(({ column }) => column)].includes(ACCURACY);
  const pairs = isAsked
    ? pairTable(
        accuracy!,
        decomposition.optionCounts,
        limits.filter(({ column }) => column === ACCURACY),
      )
    : null;
  return { decomposition, objectives, limits, pairs };
}

function pairTable(
  accuracy: Accuracy,
  [countA, countB]: readonly [number, number],
  limits: readonly Limit[],
): PairTable {
  const values = accuracy.kind === "pairs" ? accuracy.values : new Float64Array(countA * countB);
  if (values.length !== countA * countB)
    throw new RangeError(`${values.length} accuracies for ${countA} × ${countB} pairs`);
  if (accuracy.kind === "monotone") {
    const [a, b] = accuracy.scores;
    for (let i = 0; i < countA; i += 1)
      for (let j = 0; j < countB; j += 1) values[i * countB + j] = accuracy.valueOf(a[i]! + b[j]!);
  }
  const isAllowed = Uint8Array.from(values, (value) => (limits.every((limit) => !breaks(limit, value)) ? 1 : 0));
  const known: (Int32Array | undefined)[] = [];
  const allowedWith = (a: number): Int32Array => {
    const row = isAllowed.subarray(a * countB, (a + 1) * countB);
    return (known[a] ??= Int32Array.from(row, (_flag, j) => j).filter((j) => row[j] === 1));
  };
  return { values, isAllowed, allowedWith };
}

export function breaks({ sign, constraint }: Limit, value: number): boolean {
  return sign * value > sign * constraint.limit;
}
