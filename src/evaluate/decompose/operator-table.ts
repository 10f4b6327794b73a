import type { ModelSpec } from "../../spec/model.ts";
import type { StoredSize, VectorWork } from "../../workload/index.ts";
import type { StoredProduct } from "../machine.ts";
import type { Chain } from "./chains.ts";
import { bundledRuns, singleRuns, type OptionRuns } from "./option-runs.ts";
import { jointPart, liveOf, type LiveSizes, type ModelPart, type Running } from "./model-parts.ts";

/** Operators of one option as rows of the table and how often each runs. */
export interface OptionOperators {
  readonly rows: Int32Array | readonly number[];
  readonly counts: Float64Array | readonly number[];
  readonly parameters: StoredSize;
  readonly live: LiveSizes;
}

/** Every distinct operator of all options of all towers, once; or every distinct chain of operators, and then no operator by itself. */
export interface OperatorTable {
  readonly gemms: readonly StoredProduct[];
  readonly chains: readonly Chain[];
  /** Their rows follow those of the GEMMs. */
  readonly vectors: readonly VectorWork[];
  readonly towers: readonly [readonly OptionOperators[], readonly OptionOperators[]];
  /** What the options of each tower run, as sums over all of them take it. */
  readonly runs: readonly [OptionRuns, OptionRuns];
  readonly joint: OptionOperators;
}

/** Rows that take work, the first of a table. */
export function workedRows({ gemms, chains }: Pick<OperatorTable, "gemms" | "chains">): number {
  return gemms.length + chains.length;
}

/** The options of one tower, as parts of models and what is made of them. */
export interface TowerParts {
  readonly parts: readonly ModelPart[];
  /** The options, where they are not these models themselves. @param rowOf rows of the table by what operators are */
  readonly compose?: (rowOf: ReadonlyMap<string, number>) => readonly OptionOperators[];
}

/** The table of two towers and of what runs beside them. */
export function createOperatorTable(
  base: ModelSpec,
  towers: readonly [TowerParts, TowerParts],
  running: Running,
): OperatorTable {
  const gemms = new Map<string, StoredProduct>();
  const chains = new Map<string, Chain>();
  const vectors = new Map<string, VectorWork>();
  const slots = new Map<string, number>();
  const joint = jointPart(base, running);
  for (const { pieces } of [...towers.flatMap(({ parts }) => parts), joint])
    for (const { key, work } of pieces) {
      if (work.type === "gemm") gemms.set(key, work);
      else if (work.type === "chain") chains.set(key, work);
      else vectors.set(key, work);
    }
  for (const key of [...gemms.keys(), ...chains.keys(), ...vectors.keys()]) slots.set(key, slots.size);
  const rowsOf = (part: ModelPart): OptionOperators => optionOf(part, slots);
  const [a, b] = towers.map(({ parts, compose }) => (compose === undefined ? parts.map(rowsOf) : compose(slots)));
  const rows = { gemms: [...gemms.values()], chains: [...chains.values()], vectors: [...vectors.values()] };
  const isComposed = towers.some(({ compose }) => compose !== undefined);
  const whole = { ...rows, towers: [a!, b!] as const, joint: rowsOf(joint) };
  const table = isComposed ? withoutUnused(whole) : whole;
  const rowCount = workedRows(table) + table.vectors.length;
  const [first, second] = towers.map(({ compose }, side) =>
    (compose === undefined ? singleRuns : bundledRuns)(table.towers[side as 0 | 1], rowCount),
  );
  return { ...table, runs: [first!, second!] };
}

/** Models that options are made of may have operators that no option has. */
function withoutUnused<Table extends Omit<OperatorTable, "runs">>(table: Table): Table {
  const { gemms, chains, vectors, towers, joint } = table;
  const worked = workedRows(table);
  const used = new Uint8Array(worked + vectors.length);
  for (const { rows } of [...towers[0], ...towers[1], joint]) for (const row of rows) used[row] = 1;
  if (used.every((isUsed) => isUsed === 1)) return table;
  const places = new Int32Array(used.length);
  let place = 0;
  used.forEach((isUsed, row) => (places[row] = isUsed === 1 ? place++ : -1));
  const moved = (option: OptionOperators): OptionOperators => ({
    ...option,
    rows: Int32Array.from(option.rows, (row) => places[row]!),
  });
  return {
    ...table,
    gemms: gemms.filter((_, row) => used[row] === 1),
    chains: chains.filter((_, row) => used[row] === 1),
    vectors: vectors.filter((_, row) => used[worked + row] === 1),
    towers: [towers[0].map(moved), towers[1].map(moved)],
    joint: moved(joint),
  };
}

function optionOf(part: ModelPart, slots: ReadonlyMap<string, number>): OptionOperators {
  const { pieces, parameters } = part;
  const counts = new Map<number, number>();
  for (const { key, count } of pieces) {
    const row = slots.get(key)!;
    counts.set(row, (counts.get(row) ?? 0) + count);
  }
  return {
    rows: Int32Array.from(counts.keys()),
    counts: Float64Array.from(counts.values()),
    parameters,
    live: liveOf(part),
  };
}
