/** A sum and its parts; the parts add up to the total exactly as summed in insertion order. */
export interface Breakdown {
  readonly total: number;
  readonly parts: Readonly<Record<string, number>>;
}

/** A part of a sum that has no number, and why. */
export interface MissingPart {
  readonly part: string;
  readonly reason: string;
}

/** A quantity that has no number; `reason` says why. Never 0 for unknown. */
export interface Unknown {
  readonly total: null;
  readonly reason: string;
  /** What it cannot be below: the sum of the parts that are known; absent: none is. */
  readonly atLeast?: number;
  /** Those parts; of a single number absent. */
  readonly parts?: Readonly<Record<string, number>>;
  /** What the bound leaves out. */
  readonly missing?: readonly MissingPart[];
}

/** A sum of which some parts are unknown: at least the sum of the others. */
export function lowerBound(parts: Readonly<Record<string, number>>, missing: readonly MissingPart[]): Unknown {
  const reason = [...new Set(missing.map((each) => each.reason))].join("; ");
  const known = breakdown(parts);
  const isBound = known.total > 0 && outsideDomain(known.total) === null;
  return { total: null, reason, ...(isBound ? { atLeast: known.total, parts: known.parts } : {}), missing };
}

/** Sum of named numbers; at least those that are known where one is unknown. */
export function sumOf(name: string, parts: Readonly<Record<string, Known>>): Known {
  const entries = Object.entries(parts);
  if (entries.every(([, value]) => typeof value === "number"))
    return knownNumber(name, breakdown(parts as Readonly<Record<string, number>>).total);
  const bounds = entries.map(([part, value]) => [part, typeof value === "number" ? value : (value.atLeast ?? 0)]);
  const missing = entries.flatMap(([part, value]) =>
    typeof value === "number" ? [] : (value.missing ?? [{ part, reason: value.reason }]),
  );
  return totalOf(lowerBound(Object.fromEntries(bounds) as Record<string, number>, missing));
}

/** Sums the parts in insertion order, so that the total is the exact sum of what it shows. */
export function breakdown(parts: Readonly<Record<string, number>>): Breakdown {
  let total = 0;
  for (const name in parts) total += parts[name] ?? 0;
  return { total, parts };
}

/** Sum of breakdowns, part by part, each times its count. */
export function addBreakdowns(terms: readonly { readonly of: Breakdown; readonly count: number }[]): Breakdown {
  const parts: Record<string, number> = {};
  for (const { of, count } of terms) {
    for (const [name, value] of Object.entries(of.parts)) parts[name] = (parts[name] ?? 0) + value * count;
  }
  return breakdown(parts);
}

/** Energies, areas, times and carbon are numbers of at least 0. Null: this one is; else a predicate that says why not. */
export function outsideDomain(value: number): string | null {
  if (value >= 0 && value < Infinity) return null;
  if (value < 0) return "is below 0";
  return value === Infinity ? "is larger than a number can be" : "is not a number";
}

/**
 * The gate in front of everything that is compared, stored or printed: a quantity whose parts and total are finite and at
 * least 0 passes as it is, and any other one is unknown, with the part that is to blame.
 *
 * @param name what it is, for the reason: "the area of the die"
 */
export function known<Of extends Breakdown>(name: string, of: Of): Of | Unknown {
  for (const [part, value] of Object.entries(of.parts)) {
    const why = outsideDomain(value);
    if (why !== null) return { total: null, reason: `${name}: part ${part} ${why}` };
  }
  const why = outsideDomain(of.total);
  return why === null ? of : { total: null, reason: `${name} ${why}` };
}

/**
 * Largest price of one counted event, pJ. What is priced is counted up to 2^53 times, and then multiplied by times and inferences:
 * below this every product stays a number.
 */
export const LARGEST_EVENT_PICOJOULES = 1e100;

/**
 * The gate for prices of events, pJ: each finite, at least 0 and at most {@link LARGEST_EVENT_PICOJOULES}.
 *
 * @param prices by what the event is
 * @returns null where all are; else the first that is not
 */
export function unpriced(prices: Readonly<Record<string, number>>): Unknown | null {
  for (const [event, price] of Object.entries(prices)) {
    const why = price > LARGEST_EVENT_PICOJOULES ? `is over ${LARGEST_EVENT_PICOJOULES} pJ` : outsideDomain(price);
    if (why !== null) return { total: null, reason: `the energy of an event, ${event}, ${why}` };
  }
  return null;
}

/** The same for one number. */
export function knownNumber(name: string, value: number): Known {
  const why = outsideDomain(value);
  return why === null ? value : { total: null, reason: `${name} ${why}` };
}

/** A number, or why there is none. */
export type Known = number | Unknown;

/** Name of the part of embodied carbon that the memory is. */
export const MEMORY_PART = "dram";

/** What a quantity is at least where the memory alone is missing; anything else as it is. */
export function withoutMemory(value: Known): Known {
  if (typeof value === "number" || value.atLeast === undefined) return value;
  return value.missing?.every(({ part }) => part === MEMORY_PART) === true ? value.atLeast : value;
}

export function totalOf(quantity: Breakdown | Unknown): Known {
  if (quantity.total !== null) return quantity.total;
  const { parts, ...bound } = quantity;
  void parts;
  return bound;
}

export function numberOrNull(value: Known): number | null {
  return typeof value === "number" ? value : null;
}

/**
 * A number made of known ones, through the gate; of unknown ones the first, and its reason.
 *
 * @param formula rises with each of them, or stays: what is at least so much makes something that is at least the formula of it
 */
export function combined(name: string, from: readonly Known[], formula: (...numbers: number[]) => number): Known {
  const unknown = from.find((each) => typeof each !== "number");
  if (unknown === undefined) return knownNumber(name, formula(...(from as readonly number[])));
  const bounds = from.map((each) => (typeof each === "number" ? each : each.atLeast));
  if (bounds.some((each) => each === undefined)) {
    const { atLeast, ...without } = unknown;
    void atLeast;
    return without;
  }
  const least = formula(...(bounds as readonly number[]));
  return outsideDomain(least) === null && least > 0 ? { ...unknown, atLeast: least } : unknown;
}
