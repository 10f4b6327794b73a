import type { Operator } from "../../../src/workload/index.ts";

/** The operator of this name; its absence fails with the names there are. */
export function named(operators: readonly Operator[], name: string): Operator {
  const found = operators.find((operator) => operator.name === name);
  if (found === undefined) throw new Error(`no ${name} in ${operators.map((operator) => operator.name).join(", ")}`);
  return found;
}
