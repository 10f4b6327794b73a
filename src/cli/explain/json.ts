import type { OperatorLine } from "../../evaluate/index.ts";
import { deploymentJson } from "../../simulate/index.ts";
import type { Explanation } from "./explanation.ts";
import { titleOf } from "./stored-run.ts";

/** The document of `explain --json`: everything that the text says, for every operator, factor and row. */
export function explanationJson(explanation: Explanation): Readonly<Record<string, unknown>> {
  const { trial, evaluation, embodied, lines, operators, factors, rows, rules } = explanation;
  const { design, area } = evaluation;
  return {
    title: titleOf(trial),
    trial: trial.number < 0 ? null : trial.number,
    point: trial.point,
    model: design.model.name,
    hardware: design.hardware.name,
    deployment: deploymentJson(design.deployment),
    technology: design.technology,
    mapper: design.mapper,
    metrics: explanation.metrics,
    intervals: explanation.intervals,
    power: explanation.power,
    carbon_embodied: { unit: "kgCO2e", ...evaluation.embodied, terms: embodied },
    carbon_operational: { unit: "kgCO2e", ...evaluation.operational },
    area_mm2: area,
    embodied_by_component_kgCO2e: explanation.components,
    energy: lines,
    operators: operators.map(operatorJson),
    factors,
    table_rows: rows,
    charging_rules: rules.map(({ name, description }) => ({ name, description })),
  };
}

function operatorJson({ operator, energy_J, carbon_kgCO2e }: OperatorLine): Readonly<Record<string, unknown>> {
  const { name, kind, tower, layer, count, macs, cycles, energy, bound_by, gemm, vector } = operator;
  return {
    ...{ name, kind, tower, layer, count, macs, cycles, bound_by, energy_J, carbon_kgCO2e },
    energy_of_one_J: energy,
    ...(gemm?.kind === "mapped" ? { counters: gemm.counters, timing: gemm.timing, mapping: gemm.mapping } : { vector }),
  };
}
