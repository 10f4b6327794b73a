import type { Box, World, WorldAxis } from "./box.ts";

/** A design that may win in some world of a box. */
export interface Candidate {
  /** Higher is better; 0 where the study does not judge by accuracy. */
  readonly accuracy: number;
  /** Total carbon at the corners of the box, kgCO2e. */
  readonly totals: readonly number[];
}

/** Totals that differ by less, relatively, are equal: they are sums in other orders. */
const ROUNDING = 1e-12;

/** Total carbon in a world of the box, kgCO2e. */
export function totalAt({ totals }: Candidate, weights: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < weights.length; k += 1) sum += weights[k]! * totals[k]!;
  return sum;
}

/** Places of candidates, the most accurate first. */
export function byAccuracy(candidates: readonly Candidate[]): Int32Array {
  return Int32Array.from(candidates, (_, i) => i).sort(
    (i, j) => candidates[j]!.accuracy - candidates[i]!.accuracy || i - j,
  );
}

/**
 * Candidates that win in a world: no other one is at least as accurate and has less total carbon there, nor as much and a higher
 * accuracy. Equal ones all win.
 *
 * @param order  {@link byAccuracy}
 * @param onWinner called with the place of each and its total, kgCO2e
 */
export function winnersIn(
  candidates: readonly Candidate[],
  order: Int32Array,
  weights: Float64Array,
  onWinner: (place: number, total: number) => void,
): void {
  const totals = Float64Array.from(order, (place) => totalAt(candidates[place]!, weights));
  let best = Infinity;
  for (let from = 0, to = 0; from < order.length; from = to) {
    const { accuracy } = candidates[order[from]!]!;
    let least = Infinity;
    for (to = from; to < order.length && candidates[order[to]!]!.accuracy === accuracy; to += 1)
      least = Math.min(least, totals[to]!);
    if (!(least < best * (1 - ROUNDING))) continue;
    for (let at = from; at < to; at += 1) if (totals[at]! <= least * (1 + ROUNDING)) onWinner(order[at]!, totals[at]!);
    best = least;
  }
}

/** Along an axis, where a design has the least total carbon. */
export interface Stretch {
  readonly place: number;
  /** In the unit of the axis. */
  readonly from: number;
  readonly to: number;
}

/**
 * The lower envelope of the candidates along one axis of a box, all else as in a world: total carbon is linear there. Two designs that
 * follow each other break even at
 *
 *   t = from + (to − from) · d(from) / (d(from) − d(to))        d the difference of their totals at an end
 *
 * @param places of those that compete, at least one
 * @param from   first value of the axis, in the box as `to`
 */
export function envelope(
  candidates: readonly Candidate[],
  places: readonly number[],
  box: Box,
  world: World,
  axis: WorldAxis,
  [from, to]: readonly [number, number],
): readonly Stretch[] {
  const [first, last] = [from, to].map((value) => box.weightsAt({ ...world, [axis]: value }));
  const lines = places.map((place) => ({
    ...{ place, low: totalAt(candidates[place]!, first!), high: totalAt(candidates[place]!, last!) },
  }));
  type Line = (typeof lines)[number];
  const isLess = (x: number, y: number): boolean => x < y * (1 - ROUNDING);
  // At the start the least; of several the one that rises least.
  let current = lines.reduce((best, line) =>
    isLess(line.low, best.low) || (!isLess(best.low, line.low) && isLess(line.high, best.high)) ? line : best,
  );
  const stretches: Stretch[] = [];
  let share = 0;
  for (;;) {
    let next: { readonly line: Line; readonly share: number } | null = null;
    for (const line of lines) {
      if (!isLess(line.high, current.high)) continue;
      const ahead = line.low - current.low;
      const crossing = Math.max(share, ahead / (ahead + (current.high - line.high)));
      if (next !== null && (crossing > next.share || (crossing === next.share && line.high >= next.line.high)))
        continue;
      next = { line, share: crossing };
    }
    const start = from + (to - from) * share;
    const end = next === null ? to : from + (to - from) * next.share;
    if (end > start || next === null) stretches.push({ place: current.place, from: start, to: end });
    if (next === null) return stretches;
    current = next.line;
    share = next.share;
  }
}
