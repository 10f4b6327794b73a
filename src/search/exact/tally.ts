import { countMisses, NO_MISS, type Miss } from "./count.ts";
import { ACCURACY, breaks, type Limit, type Problem } from "./problem.ts";
import type { ExactReason, Variant } from "./types.ts";

const UNMAPPED = "no legal mapping";

/** Counts designs by what rules them out, hardware point by hardware point. */
export interface Tally {
  ruleOut(constraint: string, designCount: number, by: number, unit: string): void;
  /** @param usable options with a mapping, by variant and tower */
  count(variants: readonly Variant[], usable: readonly (readonly [Int32Array, Int32Array])[]): void;
  readonly coveredCount: number;
  readonly feasibleCount: number;
  reasons(): readonly ExactReason[];
}

export function createTally(problem: Problem): Tally {
  const { limits, decomposition, pairs } = problem;
  const [countA, countB] = decomposition.optionCounts;
  const reasons = new Map<string, ExactReason>();
  let coveredCount = 0;
  let feasibleCount = 0;

  const add = (constraint: string, { count, amount }: Miss, limit: number | null, unit: string | null): void => {
    if (count === 0) return;
    const key = JSON.stringify([constraint, unit]);
    const before = reasons.get(key);
    const nearestAmount = Math.min(before?.nearestAmount ?? Infinity, amount);
    const nearestRelative = limit === null ? null : limit === 0 ? nearestAmount : nearestAmount / Math.abs(limit);
    reasons.set(key, {
      constraint,
      designCount: (before?.designCount ?? 0) + count,
      nearestAmount,
      nearestRelative,
      unit,
    });
  };
  const addLimits = (misses: readonly Miss[]): void =>
    misses.forEach((miss, l) => add(limits[l]!.constraint.text, miss, limits[l]!.constraint.limit, null));
  const valuesOf = (
    variant: Variant,
    rows: readonly [Int32Array, Int32Array],
    metric: number,
  ): readonly [Float64Array, Float64Array] => {
    const { a, b } = variant.columns[metric]!;
    return [Float64Array.from(rows[0], (row) => a?.[row] ?? 0), Float64Array.from(rows[1], (row) => b?.[row] ?? 0)];
  };

  /** One variant: limits one by one from sorted columns; pairs are walked only where two limits or more bite. */
  const countOne = (variant: Variant, rows: readonly [Int32Array, Int32Array]): void => {
    const total = rows[0].length * rows[1].length;
    add(UNMAPPED, { count: countA * countB - total, amount: 0 }, null, "");
    const misses = limits.map((limit) => {
      if (limit.column === ACCURACY) return countAccuracy(limit, rows);
      return countMisses(limit, variant.base[limit.column]!, ...valuesOf(variant, rows, limit.column));
    });
    addLimits(misses);
    const biting = limits.filter((_, l) => misses[l]!.count > 0);
    if (misses.some(({ count }) => count === total)) return;
    if (biting.length <= 1) feasibleCount += total - misses.reduce((sum, { count }) => sum + count, 0);
    else feasibleCount += countJointly(biting, variant, rows);
  };
  const countAccuracy = (limit: Limit, rows: readonly [Int32Array, Int32Array]): Miss => {
    let { count, amount } = NO_MISS;
    for (const i of rows[0])
      for (const j of rows[1]) {
        const value = pairs!.values[i * countB + j]!;
        if (!breaks(limit, value)) continue;
        count += 1;
        amount = Math.min(amount, limit.sign * (value - limit.constraint.limit));
      }
    return { count, amount };
  };
  const countJointly = (
    biting: readonly Limit[],
    variant: Variant,
    rows: readonly [Int32Array, Int32Array],
  ): number => {
    const additive = biting.filter(({ column }) => column !== ACCURACY);
    const tables = additive.map(({ column, sign, constraint }) => {
      const [a, b] = valuesOf(variant, rows, column);
      return { a, b, base: variant.base[column]!, sign, limit: sign * constraint.limit };
    });
    const isScored = additive.length < biting.length;
    const isFeasible = new Uint8Array(rows[1].length);
    let count = 0;
    rows[0].forEach((row, i) => {
      if (isScored) rows[1].forEach((other, j) => (isFeasible[j] = pairs!.isAllowed[row * countB + other]!));
      else isFeasible.fill(1);
      for (const { a, b, base, sign, limit } of tables) {
        const own = a[i]!;
        for (let j = 0; j < b.length; j += 1) if (sign * (base + (own + b[j]!)) > limit) isFeasible[j] = 0;
      }
      for (const flag of isFeasible) count += flag;
    });
    return count;
  };

  /** Several variants: a design is ruled out by a limit that it breaks under each variant it has. */
  const countAny = (variants: readonly Variant[], usable: readonly (readonly [Int32Array, Int32Array])[]): void => {
    const isUsable = usable.map((rows) => [new Set(rows[0]), new Set(rows[1])] as const);
    const misses = limits.map(() => ({ ...NO_MISS }));
    let unmapped = 0;
    for (let i = 0; i < countA; i += 1)
      for (let j = 0; j < countB; j += 1) {
        const own = variants.filter((_, v) => isUsable[v]![0].has(i) && isUsable[v]![1].has(j));
        if (own.length === 0) unmapped += 1;
        if (own.some((variant) => limits.every((limit) => missBy(limit, variant, i, j) <= 0))) feasibleCount += 1;
        else if (own.length > 0)
          limits.forEach((limit, l) => {
            const amount = own.reduce((least, variant) => Math.min(least, missBy(limit, variant, i, j)), Infinity);
            if (amount <= 0) return;
            misses[l] = { count: misses[l]!.count + 1, amount: Math.min(misses[l]!.amount, amount) };
          });
      }
    add(UNMAPPED, { count: unmapped, amount: 0 }, null, "");
    addLimits(misses);
  };
  const missBy = ({ column, sign, constraint }: Limit, { base, columns }: Variant, i: number, j: number): number => {
    const value =
      column === ACCURACY
        ? pairs!.values[i * countB + j]!
        : base[column]! + ((columns[column]!.a?.[i] ?? 0) + (columns[column]!.b?.[j] ?? 0));
    return sign * (value - constraint.limit);
  };

  return {
    ruleOut: (constraint, designCount, by, unit) => {
      coveredCount += designCount;
      add(constraint, { count: designCount, amount: by }, null, unit);
    },
    count: (variants, usable) => {
      coveredCount += countA * countB;
      if (variants.length === 1) countOne(variants[0]!, usable[0]!);
      else countAny(variants, usable);
    },
    get coveredCount() {
      return coveredCount;
    },
    get feasibleCount() {
      return feasibleCount;
    },
    reasons: () => [...reasons.values()],
  };
}
