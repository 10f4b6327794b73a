import type { OptionOperators } from "./operator-table.ts";

/**
 * What the options of a tower run, in bundles of rows, option after option in one list: sums over it are taken for every option on every
 * chip.
 *
 *   sum(option) = Σ over its bundles of count · (Σ over the bundle's rows of times · value(row))
 *
 * Times and counts are whole numbers where those of the options are, so that sums of whole numbers are exact.
 */
export interface OptionRuns {
  readonly bundles: readonly Bundle[];
  /** Where each option's bundles end; the next one's begin there. */
  readonly ends: Int32Array;
  readonly places: Int32Array;
  readonly counts: Float64Array;
}

/** Rows that every option runs in the same proportion, or not at all: those of one setting of a layer, or of what all options share. */
interface Bundle {
  readonly rows: Int32Array;
  readonly times: Float64Array;
}

type Runs = Pick<OptionOperators, "rows" | "counts">;

/** Every row by itself, in the order of the options' own rows. */
export function singleRuns(options: readonly Runs[], rowCount: number): OptionRuns {
  const bundles = Array.from({ length: rowCount }, (_, row) => ({
    rows: Int32Array.of(row),
    times: Float64Array.of(1),
  }));
  return listed(bundles, options, (option) => option);
}

/** Options that are made of layers: they are many, and of few settings. */
export function bundledRuns(options: readonly Runs[], rowCount: number): OptionRuns {
  const divisors = divisorsOf(options, rowCount);
  const groups = groupsOf(options, divisors);
  const bundles = groups.members.map((rows) => ({ rows, times: Float64Array.from(rows, (row) => divisors[row]!) }));
  return listed(bundles, options, ({ rows, counts }) => {
    const own: { rows: number[]; counts: number[] } = { rows: [], counts: [] };
    for (let i = 0; i < rows.length; i += 1) {
      const [row, group] = [rows[i]!, groups.of[rows[i]!]!];
      if (bundles[group]!.rows[0] !== row) continue;
      own.rows.push(group);
      own.counts.push(counts[i]! / divisors[row]!);
    }
    return own;
  });
}

/** Of each row the greatest common divisor of how often options run it; 1 where that is no whole number. */
function divisorsOf(options: readonly Runs[], rowCount: number): Float64Array {
  const divisors = new Float64Array(rowCount);
  for (const { rows, counts } of options)
    for (let i = 0; i < rows.length; i += 1) {
      const [row, count] = [rows[i]!, counts[i]!];
      if (!Number.isSafeInteger(count)) divisors[row] = 1;
      else if (divisors[row] === 0) divisors[row] = count;
      else if (count % divisors[row]! !== 0) divisors[row] = commonDivisor(count, divisors[row]!);
    }
  return divisors;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/** Rows whose counts are the same in every option once they are divided: what one option tells apart stays apart (partition refinement). */
function groupsOf(
  options: readonly Runs[],
  divisors: Float64Array,
): { readonly of: Int32Array; readonly members: readonly Int32Array[] } {
  const rowCount = divisors.length;
  const of = new Int32Array(rowCount);
  let first = [0];
  const counts = new Float64Array(rowCount);
  for (const { rows, counts: own } of options) {
    counts.fill(0);
    for (let i = 0; i < rows.length; i += 1) counts[rows[i]!] = own[i]! / divisors[rows[i]!]!;
    let isTold = false;
    for (let row = 0; row < rowCount && !isTold; row += 1) isTold = counts[row] !== counts[first[of[row]!]!];
    if (!isTold) continue;
    const places = new Map<string, number>();
    first = [];
    for (let row = 0; row < rowCount; row += 1) {
      const key = `${of[row]!} ${counts[row]!}`;
      const place = places.get(key) ?? first.push(row) - 1;
      places.set(key, place);
      of[row] = place;
    }
  }
  const members = first.map((_, group) => Int32Array.from(of.keys()).filter((row) => of[row] === group));
  return { of, members };
}

function listed(bundles: readonly Bundle[], options: readonly Runs[], runsOf: (option: Runs) => Runs): OptionRuns {
  const all = options.map(runsOf);
  const ends = new Int32Array(all.length);
  let length = 0;
  for (const [i, { rows }] of all.entries()) ends[i] = length += rows.length;
  const [places, counts] = [new Int32Array(length), new Float64Array(length)];
  for (const [i, own] of all.entries()) {
    places.set(own.rows, ends[i]! - own.rows.length);
    counts.set(own.counts, ends[i]! - own.rows.length);
  }
  return { bundles, ends, places, counts };
}

/** What a bundle takes of a value that each row has. */
function bundled({ bundles }: OptionRuns, values: Float64Array): Float64Array {
  const all = new Float64Array(bundles.length);
  for (const [b, { rows, times }] of bundles.entries())
    for (let i = 0; i < rows.length; i += 1) all[b]! += times[i]! * values[rows[i]!]!;
  return all;
}

/** Sums of two values of each row, of every option. */
export function sumsOf(
  runs: OptionRuns,
  first: Float64Array,
  second: Float64Array,
): readonly [Float64Array, Float64Array] {
  const { ends, places, counts } = runs;
  const [a, b] = [bundled(runs, first), bundled(runs, second)];
  const [sumsA, sumsB] = [new Float64Array(ends.length), new Float64Array(ends.length)];
  for (let i = 0, at = 0; i < ends.length; i += 1) {
    let [sumA, sumB] = [0, 0];
    for (const end = ends[i]!; at < end; at += 1) {
      sumA += counts[at]! * a[places[at]!]!;
      sumB += counts[at]! * b[places[at]!]!;
    }
    sumsA[i] = sumA;
    sumsB[i] = sumB;
  }
  return [sumsA, sumsB];
}

/** The largest of a value of each row, of every option; at least `start`. */
export function largestOf({ bundles, ends, places }: OptionRuns, values: Float64Array, start: number): Float64Array {
  const most = Float64Array.from(bundles, ({ rows }) =>
    rows.reduce((largest, row) => Math.max(largest, values[row]!), start),
  );
  const all = new Float64Array(ends.length).fill(start);
  for (let i = 0, at = 0; i < ends.length; i += 1)
    for (; at < ends[i]!; at += 1) all[i] = Math.max(all[i]!, most[places[at]!]!);
  return all;
}
