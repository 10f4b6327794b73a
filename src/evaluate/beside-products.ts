import type { Hardware } from "../spec/hardware.ts";
import { joulesOf } from "../units/index.ts";
import type { OperatorEvaluation } from "./types.ts";

/**
 * Operators of a machine whose vector engine has a queue of its own (`vector.besideProducts`): lanes work on one operator, block by block,
 * while the arrays work on a product before or behind it. Of each tower and phase
 *
 *   time = max(products, vector work, DRAM busy for both)
 *
 * so vector operators keep the share (time − products) / vector work of their cycles, rounded up. Unit: cycles. Limit of validity: models of many
 * layers or blocks; what a single operator must wait for is left out, so this is the least that such a machine takes.
 */
export function besideProducts(
  operators: readonly OperatorEvaluation[],
  { vector }: Pick<Hardware, "vector">,
  activePerCycle: number | null,
): readonly OperatorEvaluation[] {
  if (vector.besideProducts !== true) return operators;
  const groupOf = ({ tower, phase }: OperatorEvaluation): string => `${tower} ${phase}`;
  const sums = new Map<string, { products: number; lanes: number; dram: number }>();
  for (const operator of operators) {
    const sum = sums.get(groupOf(operator)) ?? { products: 0, lanes: 0, dram: 0 };
    const { count, cycles, portCycles, gemm } = operator;
    sum[gemm === null ? "lanes" : "products"] += count * cycles;
    sum.dram += count * portCycles.dram;
    sums.set(groupOf(operator), sum);
  }
  return operators.map((operator) => {
    const { products, lanes, dram } = sums.get(groupOf(operator))!;
    if (operator.gemm !== null || lanes === 0) return operator;
    const share = Math.min(1, Math.max(0, lanes - products, dram - products) / lanes);
    const cycles = Math.ceil(share * operator.cycles);
    const isPriced = activePerCycle !== null && operator.energy["static"] !== undefined;
    const energy = isPriced ? { ...operator.energy, static: joulesOf(cycles * activePerCycle) } : operator.energy;
    return { ...operator, cycles, besideCycles: operator.besideCycles + operator.cycles - cycles, energy };
  });
}
