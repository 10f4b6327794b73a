import type { ModelSpec } from "../../spec/model.ts";
import { problemKey } from "../../sim/portable.ts";
import { storageKey, vectorKey, type Operator, type StoredSize, type VectorWork } from "../../workload/index.ts";
import type { StoredProduct } from "../machine.ts";
import { jointPart, liveOf, type ModelPart } from "./model-parts.ts";

/** Operators of one option as rows of the table and how often each runs. */
export interface OptionOperators {
  readonly rows: Int32Array;
  readonly counts: Float64Array;
  readonly parameters: StoredSize;
  readonly live: readonly StoredSize[];
}

/** Every distinct operator of all options of all towers, once. */
export interface OperatorTable {
  readonly gemms: readonly StoredProduct[];
  /** Their rows follow those of the GEMMs. */
  readonly vectors: readonly VectorWork[];
  readonly towers: readonly [readonly OptionOperators[], readonly OptionOperators[]];
  readonly joint: OptionOperators;
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
  batch: number,
): OperatorTable {
  const gemms = new Map<string, StoredProduct>();
  const vectors = new Map<string, VectorWork>();
  const slots = new Map<string, number>();
  const joint = jointPart(base, batch);
  for (const { operators } of [...towers.flatMap(({ parts }) => parts), joint])
    for (const operator of operators) {
      if (operator.type === "gemm") gemms.set(keyOf(operator), operator);
      else vectors.set(keyOf(operator), operator);
    }
  for (const key of [...gemms.keys(), ...vectors.keys()]) slots.set(key, slots.size);
  const rowsOf = (part: ModelPart): OptionOperators => optionOf(part, slots);
  const [a, b] = towers.map(({ parts, compose }) => (compose === undefined ? parts.map(rowsOf) : compose(slots)));
  const table = { gemms: [...gemms.values()], vectors: [...vectors.values()], joint: rowsOf(joint) };
  const whole = { ...table, towers: [a!, b!] as const };
  return towers.some(({ compose }) => compose !== undefined) ? withoutUnused(whole) : whole;
}

/** Models that options are made of may have operators that no option has. */
function withoutUnused({ gemms, vectors, towers, joint }: OperatorTable): OperatorTable {
  const used = new Uint8Array(gemms.length + vectors.length);
  for (const { rows } of [...towers.flat(), joint]) for (const row of rows) used[row] = 1;
  const places = new Int32Array(used.length);
  let place = 0;
  used.forEach((isUsed, row) => (places[row] = isUsed === 1 ? place++ : -1));
  const moved = (option: OptionOperators): OptionOperators => ({
    ...option,
    rows: option.rows.map((row) => places[row]!),
  });
  return {
    gemms: gemms.filter((_, row) => used[row] === 1),
    vectors: vectors.filter((_, row) => used[gemms.length + row] === 1),
    towers: [towers[0].map(moved), towers[1].map(moved)],
    joint: moved(joint),
  };
}

function optionOf(part: ModelPart, slots: ReadonlyMap<string, number>): OptionOperators {
  const { operators, parameters } = part;
  const counts = new Map<number, number>();
  for (const operator of operators) {
    const row = slots.get(keyOf(operator))!;
    counts.set(row, (counts.get(row) ?? 0) + operator.count);
  }
  return {
    rows: Int32Array.from(counts.keys()),
    counts: Float64Array.from(counts.values()),
    parameters,
    live: liveOf(part),
  };
}

/** Equal for operators of equal cost; the table holds no more of them than their keys are made of. */
export function keyOf(operator: Operator): string {
  return operator.type === "gemm" ? `gemm ${problemKey(operator)} ${storageKey(operator)}` : vectorKey(operator);
}
