import { readFileSync } from "node:fs";
import { macsOf, type Operator, type Workload } from "../../../src/workload/index.ts";

export type Row = Readonly<Record<string, string>>;

export function readFixture(file: string): string {
  return readFileSync(new URL(`../../fixtures/workload/${file}`, import.meta.url), "utf8");
}

/** Rows of a CSV file without quoted cells. */
export function readRows(file: string): readonly Row[] {
  const [header, ...lines] = readFixture(file).trim().split(/\r?\n/);
  const names = header!.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, column) => [names[column]!, cell])));
}

export function numberOf(row: Row, column: string): number {
  const value = Number(row[column]);
  if (row[column] === "" || !Number.isFinite(value)) throw new Error(`${column} is ${String(row[column])}`);
  return value;
}

/** G (10^9) MACs of one tower. */
export function towerGmacs(workload: Workload, tower: string): number {
  return sum(workload, (each) => (each.tower === tower ? macsOf(each) : 0)) / 1e9;
}

/**
 * What fvcore adds to the MACs: 5 for every element of a LayerNorm, as if each of its operations were a MAC
 * (`norm_flop_counter` in fvcore/nn/jit_handles.py).
 */
export function towerGmacsWithNorms(workload: Workload, tower: string): number {
  const norms = sum(workload, (each) =>
    each.type === "vector" && each.primitive === "layernorm" && each.tower === tower
      ? 5 * each.count * each.elements
      : 0,
  );
  return towerGmacs(workload, tower) + norms / 1e9;
}

function sum(workload: Workload, value: (operator: Operator) => number): number {
  return workload.operators.reduce((total, each) => total + value(each), 0);
}

/** Largest absolute difference, printed with the model that has it. */
export function worst(
  what: string,
  pairs: readonly { readonly model: string; readonly ours: number; readonly theirs: number }[],
): number {
  const ranked = pairs
    .map(({ model, ours, theirs }) => ({ model, ours, theirs, by: Math.abs(ours - theirs) }))
    .sort((a, b) => b.by - a.by);
  const [first] = ranked;
  if (first === undefined) throw new Error(`nothing to compare: ${what}`);
  const relative = Math.max(...ranked.map(({ by, theirs }) => by / theirs));
  console.info(
    `${what}: ${pairs.length} models, largest difference ${first.by.toFixed(4)} (${first.model}: ${first.ours.toFixed(4)}, published ${first.theirs}), largest relative ${(100 * relative).toFixed(3)} %`,
  );
  return first.by;
}
