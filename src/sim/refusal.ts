import * as abi from "../../assembly/abi.ts";

/** A field that the core refuses to work with: its name in assembly/abi.ts, and what it must be like instead. */
export interface Refusal {
  readonly record: "hardware" | "problem" | "mapping";
  /** For example `HW_CORES`, or `HW_OUTER_PORT + PORT_WRITE_BYTES`. */
  readonly field: string;
  readonly value: number;
  /** Continues "<field> is <value>, but …". */
  readonly rule: string;
  /** Whether nothing is wrong with the field but how long the problem takes. */
  readonly isTooLong: boolean;
}

const RECORDS = [
  { name: "hardware", prefix: "HW_" },
  { name: "problem", prefix: "IN_" },
  { name: "mapping", prefix: "MAP_" },
] as const;
const PORTS: readonly number[] = [abi.HW_ARRAY_PORT, abi.HW_INNER_PORT, abi.HW_OUTER_PORT];

/** Names of constants of abi.ts by their value, of those that begin with `prefix` and stand for a field. */
function namesOf(prefix: string): ReadonlyMap<number, string> {
  const fields = Object.entries(abi).filter(([name]) => name.startsWith(prefix) && !name.endsWith("_FIELDS"));
  return new Map(fields.map(([name, value]) => [value, name]));
}

const FIRSTS = RECORDS.map(({ prefix }) => namesOf(prefix));
const OF_PORT = namesOf("PORT_");

/**
 * Name of a field as assembly/abi.ts has it: that of its constant, or of the one that begins its group, and how far behind it stands.
 *
 * @param record  RECORD_HARDWARE, RECORD_PROBLEM or RECORD_MAPPING
 * @param index   of the field in its record
 */
export function fieldName(record: number, index: number): string {
  const names = FIRSTS[record]!;
  let first = index;
  while (first > 0 && !names.has(first)) first--;
  const name = names.get(first) ?? String(first);
  if (record === abi.RECORD_HARDWARE && PORTS.includes(first)) return `${name} + ${OF_PORT.get(index - first)!}`;
  return first === index ? name : `${name} + ${index - first}`;
}

const wholeUpTo = (most: number, least = 1): string => `must be a whole number from ${least} to ${most}`;

const RULES: ReadonlyMap<number, string> = new Map([
  [abi.RULE_FLAG, "must be 0 or 1"],
  [abi.RULE_CODE, "must be one of the numbers that are named for it"],
  [abi.RULE_BITS, "must be a sum of bits from 0 (1 where one is needed) to 7"],
  [abi.RULE_CORES, wholeUpTo(abi.MOST_CORES)],
  [abi.RULE_ARRAYS, wholeUpTo(abi.MOST_ARRAYS)],
  [abi.RULE_SIDE, wholeUpTo(abi.MOST_SIDE)],
  [abi.RULE_EXTENT, wholeUpTo(abi.MOST_EXTENT)],
  [abi.RULE_WORDS, wholeUpTo(abi.MOST_WORDS, 0)],
  [abi.RULE_WIDTH, `must be a number from ${abi.LEAST_WIDTH} to ${abi.MOST_WIDTH}`],
  [abi.RULE_CAPACITY, "must be a whole number of bytes from 1 to 2^53, or Infinity"],
  [abi.RULE_BYTES, "must be a number of bytes from 0 to 2^53, of blocks a whole one"],
  [abi.RULE_RATE, "must be a number from 2^-53 to 2^53; cycles of an unlimited port are 0"],
  [abi.RULE_LATENCY, wholeUpTo(abi.MOST_LATENCY, 0)],
  [abi.RULE_CYCLES, "must leave at most 2^53 cycles on this hardware, with the other dimensions"],
  [abi.RULE_ENERGY, `must be a number from 0 to ${abi.MOST_ENERGY}`],
]);

/** What RULE_TOGETHER says of a field; of those of a mapping, that it does not go with the problem, the hardware, or the fields before it. */
const TOGETHER: ReadonlyMap<string, string> = new Map([
  ["HW_ACCUMULATOR_BYTES", "must be at least as wide as inputs, weights and outputs"],
  ["HW_ARRAYS", "must be 1 where there is no inner buffer that several could share"],
  ["IN_BATCH", "must leave fewer than 2^53 MACs, with the other dimensions"],
  ["HW_INNER_PORTS", "must be one port where there is no outer buffer"],
  ["HW_OUTER_PASSED", "must leave an operand that the outer buffer keeps"],
  ["IN_RESIDENT", "must be 0 where there is no outer buffer, and for what goes past it"],
]);

/** Reads why row `row` was refused. */
export function refusalOf(
  { hardware, problems, results }: Record<"hardware" | "problems" | "results", Float64Array>,
  row: number,
): Refusal {
  const at = (field: number): number => results[row * abi.RES_FIELDS + field]!;
  const [index, record, rule] = [at(abi.RES_LEVEL), at(abi.RES_NEEDED), at(abi.RES_AVAILABLE)];
  const field = fieldName(record, index);
  const { name } = RECORDS[record]!;
  const value = { hardware: hardware[index]!, problem: problems[row * abi.IN_FIELDS + index]!, mapping: at(index) };
  const together = TOGETHER.get(field) ?? "does not go with the problem, the hardware, or the fields before it";
  return {
    record: name,
    field,
    value: value[name],
    rule: RULES.get(rule) ?? together,
    isTooLong: rule === abi.RULE_CYCLES,
  };
}

/** The refusal as a sentence without its full stop. */
export function refusalText({ field, value, rule }: Refusal): string {
  return `${field} is ${value}, but ${rule}`;
}
