import type { Constraint } from "../types.ts";
import type { Decomposition, ExactReason, ExactResult, Variant } from "./types.ts";

/**
 * By how much the nearest design misses its limits where the second look is taken too, of a result in which nothing is
 * feasible. Hardware points come in order of what their floor allows, so that few of them are looked at.
 *
 * @param pause awaited before each hardware point, so that others may run; may throw
 * @returns the result with nearer misses; counts stay those of the first look
 */
export async function withNearestSecondLook(
  decomposition: Decomposition,
  constraints: readonly Constraint[],
  result: ExactResult,
  pause: () => Promise<void> = () => Promise.resolve(),
): Promise<ExactResult> {
  const { secondLook, metrics } = decomposition;
  if (secondLook === undefined || decomposition.floor === undefined) return result;
  const reasons: ExactReason[] = [];
  for (const reason of result.reasons) {
    const limit = [...constraints, ...(decomposition.limits ?? [])].find(({ text }) => text === reason.constraint);
    const isSlow = limit !== undefined && limit.comparison === "<=" && secondLook.metrics.includes(limit.metric);
    const amount = isSlow
      ? await nearest(decomposition, metrics.indexOf(limit.metric), limit.limit, reason.nearestAmount, pause)
      : reason.nearestAmount;
    const share = amount / reason.nearestAmount;
    const nearestRelative = reason.nearestRelative === null ? null : reason.nearestRelative * share;
    reasons.push(amount < reason.nearestAmount ? { ...reason, nearestAmount: amount, nearestRelative } : reason);
  }
  return { ...result, reasons };
}

/** The least miss of any design in the second way, where it is below the one that is known. */
async function nearest(
  decomposition: Decomposition,
  column: number,
  limit: number,
  known: number,
  pause: () => Promise<void>,
): Promise<number> {
  const { hardwareCount, optionCounts, secondLook } = decomposition;
  const [a, b] = optionCounts.map((count) => Int32Array.from({ length: count }, (_, i) => i)) as [
    Int32Array,
    Int32Array,
  ];
  const floors: { readonly hardware: number; readonly miss: number }[] = [];
  for (let hardware = 0; hardware < hardwareCount; hardware += 1) {
    await pause();
    const floor = decomposition.floor!(hardware);
    floors.push({ hardware, miss: floor === null ? Infinity : leastOf(floor, column) - limit });
  }
  floors.sort((x, y) => x.miss - y.miss);
  let least = known;
  for (const { hardware, miss } of floors) {
    if (miss >= least) break;
    await pause();
    const found = leastOf(await secondLook!.tables(hardware, a, b), column) - limit;
    // What meets the limit in the second way breaks another one, and is counted there.
    if (found > 0 && found < least) least = found;
  }
  return least;
}

/** The least value of a metric over all designs of a hardware point. */
export function leastOf({ base, columns }: Variant, column: number): number {
  const { a, b } = columns[column]!;
  const of = (values: Float64Array | null): number =>
    values === null ? 0 : values.reduce((x, y) => Math.min(x, y), Infinity);
  return base[column]! + (of(a) + of(b));
}
