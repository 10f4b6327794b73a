import { inferencesOverLife } from "../cost/index.ts";
import { combined, numberOrNull, type Known } from "../metrics/index.ts";
import { totalsOf } from "./price.ts";
import type { Evaluation } from "./types.ts";

/** The figures of an evaluation by the keys that studies, tables and files use; Unknown where something is not modelled. */
export function knownMetricsOf(evaluation: Evaluation): Readonly<Record<string, Known>> {
  const { design, latency_s } = evaluation;
  const totals = totalsOf(evaluation);
  const { energy_total_J, carbon_embodied_kgCO2e, carbon_total_kgCO2e } = totals;
  const inferences = inferencesOverLife(design.deployment);
  const late = (name: string, value: Known): Known =>
    combined(`${name} × latency`, [value], (each) => each * latency_s);
  return {
    latency_s,
    cycles: evaluation.cycles,
    macs: evaluation.macs,
    utilisation: evaluation.utilisation,
    energy_total_J,
    area_mm2: totals.area_mm2,
    peak_TOPS: evaluation.peak_TOPS,
    carbon_embodied_kgCO2e,
    carbon_operational_kgCO2e: totals.carbon_operational_kgCO2e,
    carbon_total_kgCO2e,
    carbon_always_on_kgCO2e: totals.carbon_always_on_kgCO2e,
    carbon_per_inference_kgCO2e:
      inferences === 0
        ? { total: null, reason: "no inference is made over the life" }
        : combined("carbon of an inference", [carbon_total_kgCO2e], (all) => all / inferences),
    edp_Js: late("energy", energy_total_J),
    cdp_kgCO2e_s: late("embodied carbon", carbon_embodied_kgCO2e),
    tcdp_kgCO2e_s: late("total carbon", carbon_total_kgCO2e),
    parameters: evaluation.parameters,
    dram_needed_B: evaluation.dramNeeded_B,
  };
}

/** The same with null for what is not known. */
export function metricsOf(evaluation: Evaluation): Readonly<Record<string, number | null>> {
  const known = Object.entries(knownMetricsOf(evaluation));
  return Object.fromEntries(known.map(([key, value]) => [key, numberOrNull(value)]));
}

/** What is not known of an evaluation, and why, by the keys of {@link metricsOf}. */
export function unknownsOf(evaluation: Evaluation): Readonly<Record<string, string>> {
  const known = Object.entries(knownMetricsOf(evaluation));
  return Object.fromEntries(known.flatMap(([key, value]) => (typeof value === "number" ? [] : [[key, value.reason]])));
}
