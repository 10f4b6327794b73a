import type { ModelSpec } from "../../spec/model.ts";
import { problemKey } from "../../sim/portable.ts";
import { storageKey, vectorKey, type Operator, type StoredSize, type VectorWork } from "../../workload/index.ts";
import type { StoredProduct } from "../machine.ts";
import { jointPart, towerPart, type ModelPart, type TowerSide } from "./model-parts.ts";

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

/** @param models for each side, the model with each option of that tower */
export function createOperatorTable(
  base: ModelSpec,
  models: readonly [readonly ModelSpec[], readonly ModelSpec[]],
  batch: number,
): OperatorTable {
  const gemms = new Map<string, StoredProduct>();
  const vectors = new Map<string, VectorWork>();
  const slots = new Map<string, number>();
  const parts = models.map((list, side) => list.map((model) => towerPart(model, side as TowerSide, batch)));
  const joint = jointPart(base, batch);
  for (const { operators } of [...parts.flat(), joint])
    for (const operator of operators) {
      if (operator.type === "gemm") gemms.set(keyOf(operator), operator);
      else vectors.set(keyOf(operator), operator);
    }
  for (const key of [...gemms.keys(), ...vectors.keys()]) slots.set(key, slots.size);
  const rowsOf = (part: ModelPart): OptionOperators => optionOf(part, slots);
  const [a, b] = parts.map((list) => list.map(rowsOf));
  return { gemms: [...gemms.values()], vectors: [...vectors.values()], towers: [a!, b!], joint: rowsOf(joint) };
}

function optionOf({ operators, parameters, live }: ModelPart, slots: ReadonlyMap<string, number>): OptionOperators {
  const counts = new Map<number, number>();
  for (const operator of operators) {
    const row = slots.get(keyOf(operator))!;
    counts.set(row, (counts.get(row) ?? 0) + operator.count);
  }
  return { rows: Int32Array.from(counts.keys()), counts: Float64Array.from(counts.values()), parameters, live };
}

/** Equal for operators of equal cost; the table holds no more of them than their keys are made of. */
function keyOf(operator: Operator): string {
  return operator.type === "gemm" ? `gemm ${problemKey(operator)} ${storageKey(operator)}` : vectorKey(operator);
}
