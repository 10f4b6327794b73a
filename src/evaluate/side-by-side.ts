import { joulesOf } from "../units/index.ts";
import type { Costing } from "./run-operator.ts";
import type { OperatorEvaluation, PortCycles } from "./types.ts";

/**
 * Parts of one kernel whose lanes work beside its arrays, on other blocks. The lanes' cycles are those by which the kernel is longer than its
 * products:
 *
 *   kernel = max(cycles of the products, lanes of all of it, for each level: cycles of its port for both)
 *
 * Where lanes and arrays take turns in a kernel (`vector.besideArrays: false`) nothing is changed.
 * Unit: cycles. Limit of validity: many blocks, so that the first and the last, which have nothing beside them, count for nothing.
 */
export function sideBySide(
  parts: readonly OperatorEvaluation[],
  { hardware, coefficients }: Costing,
): readonly OperatorEvaluation[] {
  if (hardware.vector.besideArrays === false) return parts;
  const products = parts.filter(({ gemm }) => gemm !== null);
  const cycles = products.reduce((sum, each) => sum + each.cycles, 0);
  const ports = (["dram", "global", "local"] as const satisfies readonly (keyof PortCycles)[]).map((level) =>
    parts.reduce((sum, { portCycles }) => sum + portCycles[level], 0),
  );
  const work = parts.reduce((sum, { vector }) => sum + (vector?.laneCycles ?? 0), 0);
  const lanes = work / (hardware.vector.lanes * hardware.cores);
  return parts.map((part) => {
    if (part.gemm !== null || part.vector === null) return part;
    const beyond = Math.ceil(Math.max(0, lanes - cycles, ...ports.map((busy) => busy - cycles)));
    if (beyond >= part.cycles) return part;
    const perCycle = coefficients?.activePerCycle ?? 0;
    const energy =
      part.energy["static"] === undefined ? part.energy : { ...part.energy, static: joulesOf(beyond * perCycle) };
    return { ...part, cycles: beyond, besideCycles: part.cycles - beyond, energy };
  });
}
