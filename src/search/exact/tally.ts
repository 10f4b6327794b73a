import { countMisses, NO_MISS, type Counted, type Miss } from "./count.ts";
import { countVariants } from "./count-variants.ts";
import { ACCURACY, breaks, multiplicitiesOf, type Limit, type Problem } from "./problem.ts";
import type { ExactCounts, ExactReason, HardwareBreak, Variant } from "./types.ts";

const UNMAPPED = "no legal mapping";

/** Counts designs by what rules them out, hardware point by hardware point. */
export interface Tally {
  /** A hardware point of which no design is feasible. */
  ruleOut(breaks: readonly HardwareBreak[]): void;
  /** A hardware point of which no design can be on the front, whatever else is true of them. */
  bound(): void;
  /** Designs that break something else than a limit on a sum; whether they are feasible is not decided here. */
  note(reason: HardwareBreak, designCount: number): void;
  /** @param usable options with a mapping, by variant and tower */
  count(variants: readonly Variant[], usable: readonly (readonly [Int32Array, Int32Array])[]): void;
  readonly counts: ExactCounts;
  reasons(): readonly ExactReason[];
}

export function createTally(problem: Problem): Tally {
  const { limits, decomposition, pairs } = problem;
  const [countA, countB] = decomposition.optionCounts;
  const multiplicities = multiplicitiesOf(decomposition);
  const { times, total: designCount } = multiplicities;
  const reasons = new Map<string, ExactReason>();
  const points = { ruledOut: 0, bounded: 0, enumerated: 0 };
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
    misses.forEach((miss, l) => {
      const { text, limit } = limits[l]!.constraint;
      if (text !== "") add(text, miss, limit, null);
    });
  const note = ({ constraint, by, limit, unit }: HardwareBreak, count: number): void =>
    add(constraint, { count, amount: by }, limit, unit);
  const valuesOf = (
    variant: Variant,
    rows: readonly [Int32Array, Int32Array],
    metric: number,
  ): readonly [Counted, Counted] => {
    const { a, b } = variant.columns[metric]!;
    const counted = (column: Float64Array | null, t: 0 | 1): Counted => ({
      values: Float64Array.from(rows[t], (row) => column?.[row] ?? 0),
      times: times === null ? null : Float64Array.from(rows[t], (row) => times[t][row]!),
    });
    return [counted(a, 0), counted(b, 1)];
  };

  /** One variant: limits one by one from sorted columns; pairs are walked only where two limits or more bite. */
  const countOne = (variant: Variant, rows: readonly [Int32Array, Int32Array]): void => {
    const total = multiplicities.product(...rows);
    add(UNMAPPED, { count: designCount - total, amount: 0 }, null, "");
    const misses = limits.map((limit) => missesOf(limit, variant, rows));
    addLimits(misses);
    const biting = limits.filter((_, l) => misses[l]!.count > 0);
    if (misses.some(({ count }) => count === total)) return;
    if (biting.length <= 1) feasibleCount += total - misses.reduce((sum, { count }) => sum + count, 0);
    else feasibleCount += countJointly(biting, variant, rows);
  };
  const missesOf = (limit: Limit, variant: Variant, rows: readonly [Int32Array, Int32Array]): Miss =>
    limit.column === ACCURACY
      ? countAccuracy(limit, rows)
      : countMisses(limit, variant.base[limit.column]!, ...valuesOf(variant, rows, limit.column));
  const accuracyMisses = new Map<Limit, Miss>();
  const countAccuracy = (limit: Limit, rows: readonly [Int32Array, Int32Array]): Miss => {
    // All options have a mapping on most hardware, and then the answer is always the same.
    const isWhole = rows[0].length === countA && rows[1].length === countB;
    const known = isWhole ? accuracyMisses.get(limit) : undefined;
    if (known !== undefined) return known;
    let { count, amount } = NO_MISS;
    for (const i of rows[0])
      for (const j of rows[1]) {
        const value = pairs!.values[i * countB + j]!;
        if (!breaks(limit, value)) continue;
        count += multiplicities.of(i, j);
        amount = Math.min(amount, limit.sign * (value - limit.constraint.limit));
      }
    if (isWhole) accuracyMisses.set(limit, { count, amount });
    return { count, amount };
  };
  const countJointly = (
    biting: readonly Limit[],
    variant: Variant,
    rows: readonly [Int32Array, Int32Array],
  ): number => {
    const additive = biting.filter(({ column }) => column !== ACCURACY);
    const none = new Float64Array(Math.max(countA, countB));
    const tables = additive.map(({ column, sign, constraint }) => {
      const { a, b } = variant.columns[column]!;
      return { a: a ?? none, b: b ?? none, base: variant.base[column]!, sign, limit: sign * constraint.limit };
    });
    const isScored = additive.length < biting.length;
    const isUsable = new Uint8Array(countB);
    for (const j of rows[1]) isUsable[j] = 1;
    const left = new Int32Array(countB);
    let total = 0;
    for (const i of rows[0]) {
      const partners = isScored ? pairs!.allowedWith(i) : rows[1];
      let count = 0;
      for (const j of partners) if (isUsable[j] === 1) left[count++] = j;
      for (const { a, b, base, sign, limit } of tables) {
        const own = a[i]!;
        let kept = 0;
        for (let k = 0; k < count; k += 1) {
          const j = left[k]!;
          if (sign * (base + (own + b[j]!)) <= limit) left[kept++] = j;
        }
        count = kept;
      }
      if (times === null) total += count;
      else for (let k = 0; k < count; k += 1) total += multiplicities.of(i, left[k]!);
    }
    return total;
  };

  /** Several variants: a design is ruled out by a limit that it breaks under each variant it has. */
  const countAny = (variants: readonly Variant[], usable: readonly (readonly [Int32Array, Int32Array])[]): void => {
    const first = limits.map((limit) => missesOf(limit, variants[0]!, usable[0]!));
    const isWhole = usable.map((rows) => rows[0].length === countA && rows[1].length === countB);
    if (isWhole[0] && first.every(({ count }) => count === 0)) {
      feasibleCount += designCount;
      return;
    }
    const { unmapped, feasible, misses } = countVariants(problem, variants, usable);
    feasibleCount += feasible;
    add(UNMAPPED, { count: unmapped, amount: 0 }, null, "");
    addLimits(misses);
  };

  return {
    ruleOut: (breaks) => {
      points.ruledOut += 1;
      for (const each of breaks) note(each, designCount);
    },
    bound: () => void (points.bounded += 1),
    note,
    count: (variants, usable) => {
      points.enumerated += 1;
      if (variants.length === 1) countOne(variants[0]!, usable[0]!);
      else countAny(variants, usable);
    },
    get counts() {
      const all = points.ruledOut + points.bounded + points.enumerated;
      return {
        coveredCount: all * designCount,
        boundedCount: points.bounded * designCount,
        feasibleCount,
        points: { ...points },
      };
    },
    reasons: () => [...reasons.values()],
  };
}
