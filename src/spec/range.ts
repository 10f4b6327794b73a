import { splitQuantity } from "../units/index.ts";
import { toNumber, type Ratio } from "../units/ratio.ts";
import type { Read } from "./metrics.ts";

export type SpaceValue = number | string | boolean;

/** Values of one parameter, at most. */
export const MAX_VALUES = 10_000;

const RANGE = /^\s*(\S.*?)\s*\.\.\s*(\S.*?)(?:\s+step\s+(\S.*?))?\s*$/;

export function isRange(text: string): boolean {
  return text.length <= 200 && RANGE.test(text);
}

const bad = (message: string): Read<never> => ({ problem: { code: "spec/bad-range", message, hint: null } });

/**
 * `6..12`, `1024..2048 step 256`, `64..256 KiB step 64 KiB` → every value from the first to the last, ascending.
 * A unit may be left out at the first value, and is the same everywhere else.
 */
export function readRange(text: string): Read<readonly SpaceValue[]> {
  const [, first = "", last = "", step = ""] = RANGE.exec(text) ?? [];
  const [from, to] = [splitQuantity(first), splitQuantity(last)];
  const by = step === "" ? undefined : splitQuantity(step);
  if (!from || !to || (step !== "" && !by)) {
    return bad(`is no range: write first..last or first..last step size, for example "1024..2048 step 256"`);
  }
  const { unit } = to;
  if ((from.unit !== "" && from.unit !== unit) || (by && by.unit !== unit)) {
    return bad(`mixes units: use one unit throughout, as in "64..256 KiB step 64 KiB"`);
  }
  const increment = by?.value ?? { numerator: 1n, denominator: 1n };
  return expand(from.value, to.value, increment, unit);
}

function expand(from: Ratio, to: Ratio, step: Ratio, unit: string): Read<readonly SpaceValue[]> {
  const scale = from.denominator * to.denominator * step.denominator;
  const scaled = (value: Ratio) => (value.numerator * scale) / value.denominator;
  const [first, last, by] = [scaled(from), scaled(to), scaled(step)];
  if (by <= 0n) return bad("must have a step above 0");
  if (last < first) return bad("must rise: its last value is below its first");
  const count = (last - first) / by + 1n;
  if (count > BigInt(MAX_VALUES)) return bad(`holds ${count} values, but at most ${MAX_VALUES} are taken`);
  const at = (index: bigint) => toNumber({ numerator: first + index * by, denominator: scale });
  if ((last - first) % by !== 0n) {
    const near = `${at(count - 1n)} or ${at(count)}`;
    return bad(
      `does not reach ${at(0n) === 0 ? "its end" : String(toNumber(to))} in steps of ${toNumber(step)}: end it at ${near}`,
    );
  }
  const numbers = Array.from({ length: Number(count) }, (_, index) => at(BigInt(index)));
  return { value: numbers.map((value) => (unit === "" ? value : `${value} ${unit}`)) };
}
