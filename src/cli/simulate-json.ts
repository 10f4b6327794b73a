import {
  intervalsOf,
  metricsOf,
  powerOf,
  pricingOf,
  type Design,
  type Evaluation,
  type Infeasible,
} from "../evaluate/index.ts";

/** The document that `simulate --json` prints for a design that runs. */
export function simulationJson(
  evaluation: Evaluation,
  violations: readonly Infeasible[],
): Readonly<Record<string, unknown>> {
  const { design, energy, area, embodied, operational, operators, nonOperatorCycles } = evaluation;
  return {
    model: design.model.name,
    hardware: design.hardware.name,
    feasible: violations.length === 0,
    violations: violations.map(violationJson),
    ...metricsOf(evaluation),
    energy_J: energy,
    area_by_component_mm2: area,
    carbon_embodied: { unit: "kgCO2e", ...embodied },
    carbon_operational: { unit: "kgCO2e", ...operational },
    intervals: intervalsOf(pricingOf(evaluation)),
    power: powerOf(evaluation),
    deployment: design.deployment,
    technology: design.technology,
    mapper: design.mapper,
    non_operator_cycles: nonOperatorCycles,
    operators: operators.map(
      ({ name, kind, tower, layer, count, macs, cycles, energy: joules, utilisation, bound_by, gemm }) => ({
        name,
        kind,
        tower,
        layer,
        count,
        macs,
        cycles,
        energy_J: Object.keys(joules).length === 0 ? null : joules,
        utilisation,
        bound_by,
        ...(gemm?.kind === "mapped" ? { timing: gemm.timing, mapping: gemm.mapping } : {}),
      }),
    ),
  };
}

/** The document for a design that cannot run at all. */
export function infeasibleJson(
  { model, hardware }: Pick<Design, "model" | "hardware">,
  infeasible: Infeasible,
): Readonly<Record<string, unknown>> {
  return { model: model.name, hardware: hardware.name, feasible: false, violations: [violationJson(infeasible)] };
}

function violationJson({ constraint, by, unit, detail }: Infeasible): Readonly<Record<string, unknown>> {
  return { constraint, by, unit, detail };
}
