import { square } from "../math/index.ts";
import type { Hardware } from "../spec/hardware.ts";
import type { Technology } from "../spec/technology.ts";
import { FACTOR_NAMES, type FactorName } from "./factors.ts";
import { factorsInUse } from "./factor-range.ts";

/** A result with its uncertainty, and what moves it most. */
export interface Interval {
  readonly low: number;
  readonly nominal: number;
  readonly high: number;
  /** Result with one factor at its low and at its high value, largest swing first; factors that do not move it are left out. */
  readonly swings: readonly { readonly factor: FactorName; readonly atLow: number; readonly atHigh: number }[];
}

/**
 * Low and high of results from the low and high of each factor, one at a time, taken as independent:
 *
 *   low = nominal − √Σ falls²,  high = nominal + √Σ rises²      (fall and rise: of one factor over its range)
 *
 * @param evaluate  the results as a function of the technology; null where one is unknown. Counters and timing stay fixed.
 * @returns         by the names of the results; null where the nominal result is unknown
 */
export function resultIntervals<Name extends string>(
  hardware: Hardware,
  technology: Technology,
  evaluate: (technology: Technology) => Readonly<Record<Name, number | null>>,
): Readonly<Record<Name, Interval | null>> {
  const nominal = evaluate(technology);
  const moved = factorsInUse(hardware, technology)
    .filter(({ low, high }) => low !== high)
    .map(({ name, low, high }) => ({
      factor: name,
      low: evaluate(withFactor(technology, name, low)),
      high: evaluate(withFactor(technology, name, high)),
    }));
  const names = Object.keys(nominal) as Name[];
  const of = (name: Name): Interval | null => {
    const value = nominal[name];
    if (value === null) return null;
    return intervalOf(
      value,
      moved.map(({ factor, low, high }) => ({ factor, atLow: low[name] ?? value, atHigh: high[name] ?? value })),
    );
  };
  return Object.fromEntries(names.map((name) => [name, of(name)])) as Record<Name, Interval | null>;
}

function intervalOf(nominal: number, all: Interval["swings"]): Interval {
  const swings = all.filter(({ atLow, atHigh }) => atLow !== nominal || atHigh !== nominal);
  let fall = 0;
  let rise = 0;
  for (const { atLow, atHigh } of swings) {
    fall += square(Math.max(0, nominal - Math.min(atLow, atHigh)));
    rise += square(Math.max(0, Math.max(atLow, atHigh) - nominal));
  }
  const bySize = [...swings].sort((a, b) => Math.abs(b.atHigh - b.atLow) - Math.abs(a.atHigh - a.atLow));
  return { low: nominal - Math.sqrt(fall), nominal, high: nominal + Math.sqrt(rise), swings: bySize };
}

/** One uniform number in [0, 1) for each factor: a draw that every design shares. */
export type FactorDraw = Readonly<Record<FactorName, number>>;

/** @param next  uniform numbers in [0, 1), from a seeded generator; taken in the order of FACTOR_NAMES */
export function drawFactors(next: () => number): FactorDraw {
  const draw = {} as Record<FactorName, number>;
  for (const name of FACTOR_NAMES) draw[name] = next();
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
  return { profile: technology.profile, factors };
}

/** Quantile u of the triangle distribution with ends low and high and its peak at mode. */
export function triangular(low: number, mode: number, high: number, u: number): number {
  const width = high - low;
  if (width === 0) return mode;
  const peak = (mode - low) / width;
  if (u < peak) return low + Math.sqrt(u * width * (mode - low));
  return high - Math.sqrt((1 - u) * width * (high - mode));
}

function withFactor(technology: Technology, name: FactorName, value: number): Technology {
  return { profile: technology.profile, factors: { ...technology.factors, [name]: value } };
}
