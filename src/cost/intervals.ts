import { square } from "../math/index.ts";
import { outsideDomain, type Unknown } from "../metrics/index.ts";
import type { Hardware } from "../spec/hardware.ts";
import type { Technology } from "../spec/technology.ts";
import { FACTOR_NAMES, PACKAGE_FACTORS, type FactorName } from "./factors.ts";
import { factorsInUse } from "./factor-range.ts";

/** A result with its uncertainty, and what moves it most. */
export interface Interval {
  readonly low: number;
  readonly nominal: number;
  readonly high: number;
  /** Result with one factor at its low and at its high value, largest swing first; factors that do not move it are left out. */
  readonly swings: readonly { readonly factor: FactorName; readonly atLow: number; readonly atHigh: number }[];
}

/** A result that is known, while one end of a factor's range makes it unknown. */
export interface OpenInterval {
  readonly low: null;
  readonly nominal: number;
  readonly high: null;
  readonly reason: string;
}

/**
 * Low and high of results from the low and high of each factor, one at a time, taken as independent:
 *
 *   low = max(nominal − √Σ falls², floor),  high = nominal + √Σ rises²      (fall and rise: of one factor over its range)
 *
 * The floor is the result with every factor at that end of its range where it is least, all at once. The factors' ranges do not
 * reach below it, while the root of the squares may: results are products of factors, and for those it falls too far.
 *
 * @param nominal   the results as they were evaluated, null where one is unknown
 * @param evaluate  the results as a function of the technology. Counters and timing stay fixed. At the given technology they are
 *                  the nominal ones but for rounding.
 * @returns         by the names of the results; null where the nominal result is unknown
 */
export function resultIntervals<Name extends string>(
  hardware: Hardware,
  technology: Technology,
  nominal: Readonly<Record<Name, number | null>>,
  evaluate: (technology: Technology) => Readonly<Record<Name, number | Unknown>>,
): Readonly<Record<Name, Interval | OpenInterval | null>> {
  const moved = factorsInUse(hardware, technology)
    .filter(({ low, high }) => low !== high)
    .map(({ name, low, high }) => ({
      ...{ factor: name, low, high },
      atLow: evaluate(withFactors(technology, { [name]: low })),
      atHigh: evaluate(withFactors(technology, { [name]: high })),
    }));
  const again = evaluate(technology);
  const of = (name: Name): Interval | OpenInterval | null => {
    const [value, centre] = [nominal[name], again[name]];
    if (value === null || typeof centre !== "number") return null;
    const swings: Swing[] = [];
    const least: Record<string, number> = {};
    for (const { factor, low, high, atLow, atHigh } of moved) {
      const ends = [atLow[name], atHigh[name]] as const;
      const unknown = ends.find((end): end is Unknown => typeof end !== "number");
      if (unknown !== undefined) return { low: null, nominal: value, high: null, reason: unknown.reason };
      const [first, last] = ends as readonly [number, number];
      swings.push({ factor, atLow: first, atHigh: last });
      if (first !== last) least[factor] = first < last ? low : high;
    }
    return intervalOf(value, centre, swings, () => evaluate(withFactors(technology, least))[name]);
  };
  return Object.fromEntries((Object.keys(nominal) as Name[]).map((name) => [name, of(name)])) as Readonly<
    Record<Name, Interval | OpenInterval | null>
  >;
}

type Swing = Interval["swings"][number];

function intervalOf(
  nominal: number,
  centre: number,
  all: readonly Swing[],
  floorOf: () => number | Unknown,
): Interval | OpenInterval {
  const swings = all.filter(({ atLow, atHigh }) => atLow !== centre || atHigh !== centre);
  let fall = 0;
  let rise = 0;
  for (const { atLow, atHigh } of swings) {
    fall += square(Math.max(0, centre - Math.min(atLow, atHigh)));
    rise += square(Math.max(0, Math.max(atLow, atHigh) - centre));
  }
  const bySize = [...swings].sort((a, b) => Math.abs(b.atHigh - b.atLow) - Math.abs(a.atHigh - a.atLow));
  const floor = fall === 0 ? nominal : floorOf();
  if (typeof floor !== "number") return { low: null, nominal, high: null, reason: floor.reason };
  const low = Math.max(nominal - Math.sqrt(fall), Math.min(nominal, floor));
  const high = nominal + Math.sqrt(rise);
  const why = outsideDomain(high);
  if (why !== null) return { low: null, nominal, high: null, reason: `its high end ${why}` };
  return { low, nominal, high, swings: bySize };
}

/** One uniform number in [0, 1) for each factor: a draw that every design shares. */
export type FactorDraw = Readonly<Record<FactorName, number>>;

/**
 * @param next    uniform numbers in [0, 1), from a seeded generator; taken in the order of FACTOR_NAMES
 * @param joining the same for the factors of products of several dies, so that a product of one die meets the numbers that it always has
 */
export function drawFactors(next: () => number, joining: () => number): FactorDraw {
  const draw = {} as Record<FactorName, number>;
  const isJoining = new Set<string>(PACKAGE_FACTORS);
  for (const name of FACTOR_NAMES) draw[name] = isJoining.has(name) ? joining() : next();
  return draw;
}

/**
 * Technology of one design in one draw: each factor at the drawn quantile of the triangle over its own low, value and high.
 * Designs of one draw share the quantiles, so that what they have in common moves them together.
 */
export function technologyInDraw(hardware: Hardware, technology: Technology, draw: FactorDraw): Technology {
  const factors: Record<string, number> = { ...technology.factors };
  for (const { name, low, value, high } of factorsInUse(hardware, technology)) {
    if (low < high) factors[name] = triangular(low, value, high, draw[name]);
  }
  return { ...technology, factors };
}

/** Quantile u of the triangle distribution with ends low and high and its peak at mode. */
export function triangular(low: number, mode: number, high: number, u: number): number {
  const width = high - low;
  if (width === 0) return mode;
  const peak = (mode - low) / width;
  if (u < peak) return low + Math.sqrt(u * width * (mode - low));
  return high - Math.sqrt((1 - u) * width * (high - mode));
}

function withFactors(technology: Technology, changed: Readonly<Record<string, number>>): Technology {
  return { ...technology, factors: { ...technology.factors, ...changed } };
}
