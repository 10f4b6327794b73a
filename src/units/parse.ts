import { parseDecimal, toNumber, type Ratio } from "./ratio.ts";
import { meantBy } from "./meant.ts";
import { toCanonical, UNIT_TABLES, type QuantityKind } from "./tables.ts";

export type UnitFailureReason = "not-a-number" | "missing-unit" | "unknown-unit" | "wrong-unit" | "out-of-range";

/** Why a text is no quantity. The predicate continues a sentence that begins with the field's name. */
export interface UnitFailure {
  readonly reason: UnitFailureReason;
  /** For example `is 48, but a size needs a unit, for example "48 MiB" or "512 KiB"`. */
  readonly predicate: string;
  /** What was probably meant: amounts that can be read, for example `64 KiB`. */
  readonly meant: readonly string[];
  /** The unit as written; empty where there is none. */
  readonly unit: string;
  /** Units that would have been right. */
  readonly allowed: readonly string[];
}

export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: UnitFailure };

const SPLIT = /^\s*([+-]?[\d.]+(?:[eE][+-]?\d+)?)\s*(\S.*?)?\s*$/;

/** Number and unit of `48 MiB` or `48MiB`; undefined: does not begin with a number. */
export function splitQuantity(text: string): { readonly value: Ratio; readonly unit: string } | undefined {
  const match = text.length > 200 ? null : SPLIT.exec(text);
  const value = match?.[1] === undefined ? undefined : parseDecimal(match[1]);
  return value && { value, unit: match?.[2] ?? "" };
}

/** The kind that a unit belongs to, for "MHz is a unit of frequency". */
function kindOfUnit(unit: string): QuantityKind | undefined {
  const kinds = Object.keys(UNIT_TABLES) as QuantityKind[];
  return kinds.find((kind) => UNIT_TABLES[kind].units.has(unit));
}

function fail(
  reason: UnitFailureReason,
  predicate: string,
  allowed: readonly string[],
  unit = "",
  meant: readonly string[] = [],
): Parsed<never> {
  return { ok: false, failure: { reason, predicate, unit, allowed, meant } };
}

/** Two examples for messages: `for example "48 MiB" or "512 KiB"`. */
export function exampleText(examples: readonly [string, string]): string {
  return `for example "${examples[0]}" or "${examples[1]}"`;
}

/**
 * Reads `48 MiB`, `64KiB`, `50 ms`, `1/s`, … The space is optional; units are case-sensitive.
 *
 * @returns exact value in the canonical unit of `kind`, or why there is none; never throws
 */
export function parseExact(text: string, kind: QuantityKind): Parsed<Ratio> {
  const { noun, examples, units } = UNIT_TABLES[kind];
  const allowed = [...units.keys()].filter((unit) => unit !== "");
  const split = splitQuantity(text);
  const shown = text.trim().slice(0, 60);
  if (!split) return fail("not-a-number", `is "${shown}", but must be ${noun}, ${exampleText(examples)}`, allowed);
  const value = toCanonical(split.value, split.unit, kind);
  if (value) return { ok: true, value };
  if (split.unit === "") {
    return fail("missing-unit", `is ${shown}, but ${noun} needs a unit, ${exampleText(examples)}`, allowed);
  }
  const meant = meantBy(split.value, split.unit, kind);
  const other = meant.length > 0 ? undefined : kindOfUnit(split.unit);
  if (other !== undefined) {
    const predicate = `is ${shown}, which is ${UNIT_TABLES[other].noun}, but must be ${noun}, ${exampleText(examples)}`;
    return fail("wrong-unit", predicate, allowed, split.unit);
  }
  const predicate = `is ${shown}, whose unit is unknown. Units of ${noun}: ${allowed.join(", ")}`;
  return fail("unknown-unit", predicate, allowed, split.unit, meant);
}

/** Like {@link parseExact}, rounded once to the nearest double. */
export function parseQuantity(text: string, kind: QuantityKind): Parsed<number> {
  const exact = parseExact(text, kind);
  return exact.ok ? { ok: true, value: toNumber(exact.value) } : exact;
}
