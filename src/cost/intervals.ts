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
 * Low and high of a result from the low and high of each factor, one at a time, taken as independent:
 *
 *   low = nominal − √Σ falls²,  high = nominal + √Σ rises²      (fall and rise: of one factor over its range)
 *
 * @param evaluate  the result as a function of the technology; null where it is unknown. Counters and timing stay fixed.
 */
export function resultInterval(
  hardware: Hardware,
  technology: Technology,
  evaluate: (technology: Technology) => number | null,
): Interval | null {
  const nominal = evaluate(technology);
  if (nominal === null) return null;
  const swings = factorsInUse(hardware, technology).flatMap(({ name, low, high }) => {
    if (low === high) return [];
    const atLow = evaluate(withFactor(technology, name, low)) ?? nominal;
    const atHigh = evaluate(withFactor(technology, name, high)) ?? nominal;
    return atLow === nominal && atHigh === nominal ? [] : [{ factor: name, atLow, atHigh }];
  });
  let fall = 0;
  let rise = 0;
  for (const { atLow, atHigh } of swings) {
    fall += Math.max(0, nominal - Math.min(atLow, atHigh)) ** 2;
    rise += Math.max(0, Math.max(atLow, atHigh) - nominal) ** 2;
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
