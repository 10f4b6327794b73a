import { splitQuantity, UNIT_TABLES, type QuantityKind } from "../units/index.ts";
import { divide, multiply, ratio, toNumber, type Ratio } from "../units/ratio.ts";
import { toCanonical } from "../units/tables.ts";
import type { Read } from "./metrics.ts";

export type SpaceValue = number | string | boolean;

/** Values of one parameter, at most. */
export const MAX_VALUES = 10_000;

const RANGE = /^\s*(\S.*?)\s*\.\.\s*(\S.*?)(?:\s+(?:step\s+(\S.*?)|[x×*]\s*(\S.*?)))?\s*$/;

export function isRange(text: string): boolean {
  return text.length <= 200 && RANGE.test(text);
}

const bad = (message: string): Read<never> => ({ problem: { code: "spec/bad-range", message, hint: null } });

/** The amount of a text with a unit, in the canonical unit of a kind; undefined: no kind has the unit. */
export function canonicalAmount(
  value: Ratio,
  unit: string,
): { readonly kind: QuantityKind; readonly per: string; readonly amount: Ratio } | undefined {
  const per = /\/(cycle|s)$/.exec(unit)?.[0] ?? "";
  for (const [name, tail] of [
    [unit, ""],
    [unit.slice(0, unit.length - per.length), per],
  ] as const) {
    for (const kind of Object.keys(UNIT_TABLES) as QuantityKind[]) {
      const amount = toCanonical(value, name, kind);
      if (amount) return { kind, per: tail, amount };
    }
  }
  return undefined;
}

/** A number and its unit as the range wrote them. */
interface Written {
  readonly value: Ratio;
  readonly unit: string;
}

/** How many of the range's own unit are one of another; undefined: they cannot be compared. */
function factorBetween(unit: string, other: string): Ratio | undefined {
  const one = ratio(1n, 1n);
  if (unit === other) return one;
  const [a, b] = [canonicalAmount(one, unit), canonicalAmount(one, other)];
  return a && b && a.kind === b.kind && a.per === b.per ? divide(b.amount, a.amount) : undefined;
}

/**
 * `6..12`, `1024..2048 step 256`, `32..256 x2`, `64..256 KiB step 64 KiB`, `64 KiB..1 MiB x2` → every value from the first to the
 * last, ascending: in equal steps (of 1 where none is given), or each a factor above the one before. A unit may be left out at the
 * first value; units may differ where they measure the same.
 */
export function readRange(text: string): Read<readonly SpaceValue[]> {
  const [, first = "", last = "", step = "", factor = ""] = RANGE.exec(text) ?? [];
  const [from, to] = [splitQuantity(first), splitQuantity(last)];
  const by = step === "" ? undefined : splitQuantity(step);
  const times = factor === "" ? undefined : splitQuantity(factor);
  if (!from || !to || (step !== "" && !by) || (factor !== "" && !times)) {
    return bad(
      `is no range: write first..last, first..last step size or first..last x factor, for example "1024..2048 step 256" or "32..256 x2"`,
    );
  }
  if (times && times.unit !== "") return bad("is multiplied by a number with a unit: write a plain factor, as in x2");
  const unit = from.unit === "" ? to.unit : from.unit;
  const asOwn = ({ value, unit: other }: Written): Ratio | undefined => {
    const scale = factorBetween(unit, other);
    return scale && multiply(value, scale);
  };
  const [end, increment] = [asOwn(to), by === undefined ? undefined : asOwn(by)];
  if (end === undefined || (by !== undefined && increment === undefined)) {
    const units = [from, to, ...(by ? [by] : [])].map((each) => (each.unit === "" ? "no unit" : each.unit));
    return bad(
      `mixes units that measure different things (${[...new Set(units)].join(", ")}): write for example "64 KiB..1 MiB x2" or "64..256 KiB step 64 KiB"`,
    );
  }
  const numbers = times
    ? multiplied(from.value, end, times.value)
    : stepped(from.value, end, increment ?? ratio(1n, 1n));
  if (numbers.problem) return numbers;
  return { value: numbers.value.map((value) => textOf(value, [unit, to.unit])) };
}

/** In the larger unit where that is a whole number, in the smaller one elsewhere. */
function textOf(value: Ratio, [own, other]: readonly [string, string]): SpaceValue {
  if (own === "") return toNumber(value);
  const inOther = multiply(value, factorBetween(other, own)!);
  const isLarger = toNumber(inOther) < toNumber(value);
  const [small, large] = isLarger
    ? [
        { value, unit: own },
        { value: inOther, unit: other },
      ]
    : [
        { value: inOther, unit: other },
        { value, unit: own },
      ];
  const shown = large.value.denominator === 1n ? large : small;
  return `${toNumber(shown.value)} ${shown.unit}`;
}

const isBelow = (a: Ratio, b: Ratio): boolean => a.numerator * b.denominator < b.numerator * a.denominator;

function stepped(from: Ratio, to: Ratio, step: Ratio): Read<readonly Ratio[]> {
  const scale = from.denominator * to.denominator * step.denominator;
  const scaled = (value: Ratio) => (value.numerator * scale) / value.denominator;
  const [first, last, by] = [scaled(from), scaled(to), scaled(step)];
  if (by <= 0n) return bad("must have a step above 0");
  if (last < first) return bad("must rise: its last value is below its first");
  const count = (last - first) / by + 1n;
  if (count > BigInt(MAX_VALUES)) return bad(`holds ${count} values, but at most ${MAX_VALUES} are taken`);
  const at = (index: bigint): Ratio => ratio(first + index * by, scale);
  if ((last - first) % by !== 0n) {
    const near = `${toNumber(at(count - 1n))} or ${toNumber(at(count))}`;
    return bad(
      `does not reach ${toNumber(at(0n)) === 0 ? "its end" : String(toNumber(to))} in steps of ${toNumber(step)}: end it at ${near}`,
    );
  }
  return { value: Array.from({ length: Number(count) }, (_, index) => at(BigInt(index))) };
}

/** Digits of a value that a product may have, before it is no range that anybody means. */
const MOST_DIGITS = 400;

function multiplied(from: Ratio, to: Ratio, factor: Ratio): Read<readonly Ratio[]> {
  if (!isBelow(ratio(1n, 1n), factor)) return bad("must have a factor above 1");
  if (from.numerator <= 0n) return bad("must begin above 0 to be multiplied");
  if (isBelow(to, from)) return bad("must rise: its last value is below its first");
  const values: Ratio[] = [];
  let value = from;
  for (; !isBelow(to, value); value = multiply(value, factor)) {
    values.push(value);
    if (values.length > MAX_VALUES || String(value.numerator).length > MOST_DIGITS)
      return bad(`holds over ${values.length - 1} values, but at most ${MAX_VALUES} are taken`);
  }
  const reached = values.at(-1)!;
  if (!isBelow(reached, to)) return { value: values };
  return bad(
    `does not reach ${toNumber(to)} in factors of ${toNumber(factor)}: end it at ${toNumber(reached)} or ${toNumber(value)}`,
  );
}
