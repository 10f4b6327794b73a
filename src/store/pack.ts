import type { Outcome, Trial } from "../search/index.ts";

/** A trial as it is stored: two JSON texts, whose keys keep the order in which they were given. */
export interface PackedTrial {
  readonly number: number;
  readonly point: string;
  readonly outcome: string;
}

export function packTrial({ number, point, outcome }: Trial): PackedTrial {
  if (!Number.isSafeInteger(number) || number < 0) throw new RangeError(`trial number ${number}`);
  return { number, point: JSON.stringify(point), outcome: textOf(outcome) };
}

/** A replacer is called for every value, and JSON writes null for a number that is not finite: it is left out where there is no null. */
function textOf(outcome: Outcome): string {
  const text = JSON.stringify(outcome);
  return text.includes("null") ? JSON.stringify(outcome, spellNonFinite) : text;
}

/** What a text holds, as it may be a point; nothing is checked. @throws SyntaxError */
export function unpackPoint(text: string): unknown {
  return JSON.parse(text);
}

/** What a text holds, as it may be an outcome; nothing is checked. @throws SyntaxError */
export function unpackOutcome(text: string): unknown {
  return JSON.parse(text, readNonFinite);
}

const NON_FINITE = ["NaN", "Infinity", "-Infinity"];

/** JSON has no NaN and no infinities; a metric may be one, and a replay must see it again. Minus zero becomes zero. */
function spellNonFinite(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? { number: String(value) } : value;
}

function readNonFinite(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const { number, ...rest } = value as { readonly number?: unknown };
  const isSpelt = typeof number === "string" && NON_FINITE.includes(number) && Object.keys(rest).length === 0;
  return isSpelt ? Number(number) : value;
}
