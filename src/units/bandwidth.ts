import { bandwidthMeantBy } from "./meant.ts";
import { exampleText, parseExact, splitQuantity, type Parsed, type UnitFailureReason } from "./parse.ts";
import { divide, fromWhole, parseDecimal, ratio, type Ratio, toNumber } from "./ratio.ts";
import { UNLIMITED, type Hertz, type Rate } from "./quantity.ts";
import { UNIT_TABLES } from "./tables.ts";

/** A bandwidth as written: bytes per cycle, or bytes per second until a clock is known. `cycles: 0` is unlimited. */
export type Bandwidth =
  { readonly per: "cycle"; readonly rate: Rate } | { readonly per: "second"; readonly bytesPerSecond: number };

const EXAMPLES = ["128 B/cycle", "80 GB/s"] as const;
const ALLOWED = [...UNIT_TABLES.size.units.keys()].flatMap((unit) => [`${unit}/cycle`, `${unit}/s`]);

function fail(reason: UnitFailureReason, predicate: string, unit = "", meant: readonly string[] = []) {
  return { ok: false, failure: { reason, predicate, unit, allowed: ALLOWED, meant } } as const;
}

function whole(value: Ratio): boolean {
  const limit = BigInt(Number.MAX_SAFE_INTEGER);
  return value.numerator <= limit && value.denominator <= limit;
}

const rateOf = (value: Ratio): Rate => ({ bytes: Number(value.numerator), cycles: Number(value.denominator) });

/** `10.24 B/cycle`, `800/7 B/cycle`, `80 GB/s`, `unlimited`: exact, or why it cannot be read. */
export function parseBandwidth(text: string): Parsed<Bandwidth> {
  const trimmed = text.trim();
  if (trimmed === "unlimited") return { ok: true, value: { per: "cycle", rate: UNLIMITED } };
  const shown = trimmed.slice(0, 60);
  const match = /^(.*?)(?:\/(\d{1,16}))?(\s*[A-Za-z]+)\s*\/\s*(cycle|s)$/.exec(trimmed.slice(0, 200));
  if (!match) return notABandwidth(shown);
  const [, number = "", divisor = "1", unit = "", per] = match;
  const size = parseExact(`${number}${unit}`, "size");
  if (!size.ok) return notABandwidth(shown);
  if (divisor === "0" || size.value.numerator <= 0n) {
    return fail("out-of-range", `is ${shown}, but a bandwidth must be positive, or unlimited`);
  }
  const value = divide(size.value, ratio(BigInt(divisor), 1n));
  if (!whole(value) || (per === "s" && value.denominator !== 1n)) {
    return fail("out-of-range", `is ${shown}, which is finer or larger than exact numbers reach (2^53)`);
  }
  if (per === "s") return { ok: true, value: { per: "second", bytesPerSecond: Number(value.numerator) } };
  return { ok: true, value: { per: "cycle", rate: rateOf(value) } };
}

function notABandwidth(shown: string) {
  const example = exampleText(EXAMPLES);
  if (parseDecimal(shown)) return fail("missing-unit", `is ${shown}, but a bandwidth needs a unit, ${example}`);
  const split = splitQuantity(shown);
  if (!/^[\d.+-]/.test(shown)) return fail("not-a-number", `is "${shown}", but must be a bandwidth, ${example}`);
  const meant = split === undefined ? [] : bandwidthMeantBy(split.value, split.unit);
  return fail("wrong-unit", `is ${shown}, but must be a bandwidth, ${example}, or unlimited`, split?.unit, meant);
}

/**
 * Bytes per cycle at a clock, exactly: 80 GB/s at 625 MHz is 128 / 1.
 *
 * @param clock whole number of Hz, ≥ 1
 */
export function toRate(bandwidth: Bandwidth, clock: Hertz): Rate {
  if (bandwidth.per === "cycle") return bandwidth.rate;
  const { bytesPerSecond } = bandwidth;
  return { ...rateOf(divide(fromWhole(bytesPerSecond), fromWhole(clock))), bytesPerSecond };
}

/** The same rate at another clock: a rate given per second changes its ratio, one given per cycle does not. */
export function rateAtClock(rate: Rate, clock: Hertz): Rate {
  const { bytesPerSecond } = rate;
  return bytesPerSecond === undefined ? rate : toRate({ per: "second", bytesPerSecond }, clock);
}

/** What ports of these rates carry together, exactly where whole numbers reach; UNLIMITED where one of them is. */
export function sumOf(rates: readonly Rate[]): Rate {
  if (rates.some(({ cycles }) => cycles === 0)) return UNLIMITED;
  const total = rates
    .map(({ bytes, cycles }) => divide(fromWhole(bytes), fromWhole(cycles)))
    .reduce((a, b) => ratio(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator));
  return whole(total) ? rateOf(total) : { bytes: toNumber(total), cycles: 1 };
}
