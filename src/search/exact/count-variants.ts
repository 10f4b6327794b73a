import { firstWhere, type Miss } from "./count.ts";
import { ACCURACY, breaks, multiplicitiesOf, type Problem } from "./problem.ts";
import type { Variant } from "./types.ts";

export interface VariantCounts {
  /** Designs without a mapping under any variant. */
  readonly unmapped: number;
  /** Designs that meet every limit under some variant. */
  readonly feasible: number;
  /** By limit: designs with a mapping that break it under each variant they have. */
  readonly misses: readonly Miss[];
}

/**
 * Counts one option of tower A at a time: pairs that meet every limit under the first variant are feasible, found by
 * binary search where the limits are sums; only the others are walked under all variants.
 */
export function countVariants(
  problem: Problem,
  variants: readonly Variant[],
  usable: readonly (readonly [Int32Array, Int32Array])[],
): VariantCounts {
  const { decomposition, limits, pairs } = problem;
  const [countA, countB] = decomposition.optionCounts;
  const multiplicities = multiplicitiesOf(decomposition);
  const rowOf = multiplicities.times?.[0] ?? null;
  const partnersCount = multiplicities.times?.[1].reduce((sum, count) => sum + count, 0) ?? countB;
  const none = new Float64Array(Math.max(countA, countB));
  const suspects = createSuspects(problem, variants[0]!, usable[0]!);
  const tables = variants.map(({ base, columns }, v) => ({
    isUsable: flagsOf(usable[v]![0], countA),
    isPartner: flagsOf(usable[v]![1], countB),
    limits: limits.map(({ column, sign, constraint }) => ({
      isAccuracy: column === ACCURACY,
      a: columns[column]?.a ?? none,
      b: columns[column]?.b ?? none,
      base: base[column] ?? 0,
      sign,
      limit: constraint.limit,
    })),
  }));
  const isMapped = new Uint8Array(countB);
  const isFeasible = new Uint8Array(countB);
  const isMet = new Uint8Array(countB);
  const least = limits.map(() => new Float64Array(countB));
  const misses = limits.map(() => ({ count: 0, amount: Infinity }));
  let mapped = 0;
  let feasible = 0;
  for (let i = 0; i < countA; i += 1) {
    const walked = suspects(i);
    const times = rowOf?.[i] ?? 1;
    const own = multiplicities.times?.[1] ?? null;
    const unwalked = partnersCount - (own === null ? walked.length : walked.reduce((sum, j) => sum + own[j]!, 0));
    mapped += times * unwalked;
    feasible += times * unwalked;
    for (const j of walked) {
      isMapped[j] = 0;
      isFeasible[j] = 0;
      for (const amounts of least) amounts[j] = Infinity;
    }
    for (const table of tables) {
      if (table.isUsable[i] === 0) continue;
      for (const j of walked) isMet[j] = table.isPartner[j]!;
      table.limits.forEach(({ isAccuracy, a, b, base, sign, limit }, l) => {
        const amounts = least[l]!;
        const first = a[i]!;
        for (const j of walked) {
          if (table.isPartner[j] === 0) continue;
          const value = isAccuracy ? pairs!.values[i * countB + j]! : base + (first + b[j]!);
          const amount = sign * (value - limit);
          if (amount > 0) isMet[j] = 0;
          if (amount < amounts[j]!) amounts[j] = amount;
        }
      });
      for (const j of walked) {
        isMapped[j]! |= table.isPartner[j]!;
        isFeasible[j]! |= isMet[j]!;
      }
    }
    for (const j of walked) {
      mapped += isMapped[j]! * multiplicities.of(i, j);
      feasible += isFeasible[j]! * multiplicities.of(i, j);
    }
    least.forEach((amounts, l) => {
      const miss = misses[l]!;
      for (const j of walked) {
        if (isMapped[j] === 0 || isFeasible[j] === 1 || !(amounts[j]! > 0)) continue;
        miss.count += multiplicities.of(i, j);
        if (amounts[j]! < miss.amount) miss.amount = amounts[j]!;
      }
    });
  }
  return { unmapped: multiplicities.total - mapped, feasible, misses };
}

/** For an option of tower A, the options of tower B with which the variant breaks some limit; all where it lacks mappings. */
function createSuspects(
  { decomposition, limits, pairs }: Problem,
  variant: Variant,
  usable: readonly [Int32Array, Int32Array],
): (i: number) => Int32Array {
  const [countA, countB] = decomposition.optionCounts;
  const everyone = Int32Array.from({ length: countB }, (_, j) => j);
  if (usable[0].length < countA || usable[1].length < countB) return () => everyone;
  const none = new Float64Array(Math.max(countA, countB));
  const scored = limits.some(({ column }) => column === ACCURACY);
  const tails = limits
    .filter(({ column }) => column !== ACCURACY)
    .map((limit) => {
      const a = variant.columns[limit.column]!.a ?? none;
      const b = variant.columns[limit.column]!.b ?? none;
      const order = everyone.slice().sort((i, j) => limit.sign * (b[i]! - b[j]!));
      const isBeyond = (i: number, at: number): boolean =>
        breaks(limit, variant.base[limit.column]! + (a[i]! + b[order[at]!]!));
      return { order, isBeyond };
    });
  const found = new Int32Array(countB);
  const seen = new Int32Array(countB).fill(-1);
  return (i) => {
    let count = 0;
    const note = (j: number): void => {
      if (seen[j] === i) return;
      seen[j] = i;
      found[count++] = j;
    };
    for (const { order, isBeyond } of tails)
      for (let at = firstWhere(countB, (k) => isBeyond(i, k)); at < countB; at += 1) note(order[at]!);
    if (scored) for (let j = 0; j < countB; j += 1) if (pairs!.isAllowed[i * countB + j] === 0) note(j);
    return found.subarray(0, count);
  };
}

function flagsOf(rows: Int32Array, count: number): Uint8Array {
  const flags = new Uint8Array(count);
  for (const row of rows) flags[row] = 1;
  return flags;
}
