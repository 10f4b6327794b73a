import { carbonMetrics } from "../cost/index.ts";
import type { Evaluation } from "./types.ts";

/** The figures of an evaluation by the keys that studies, tables and files use; null where something is not modelled. */
export function metricsOf(evaluation: Evaluation): Readonly<Record<string, number | null>> {
  const { energy, area, embodied, operational, design, latency_s } = evaluation;
  const isKnown = energy.total !== null && embodied.total !== null && operational.total !== null;
  const carbon = isKnown
    ? carbonMetrics(
        { energy: energy.total, latency: latency_s, embodied: embodied.total, operational: operational.total },
        design.deployment,
      )
    : null;
  return {
    latency_s,
    cycles: evaluation.cycles,
    macs: evaluation.macs,
    utilisation: evaluation.utilisation,
    energy_total_J: energy.total,
    area_mm2: area.total,
    peak_TOPS: evaluation.peak_TOPS,
    carbon_embodied_kgCO2e: embodied.total,
    carbon_operational_kgCO2e: operational.total,
    carbon_total_kgCO2e: evaluation.carbon_total_kgCO2e,
    carbon_always_on_kgCO2e: isKnown ? embodied.total + operational.alwaysOnTotal : null,
    carbon_per_inference_kgCO2e: carbon?.perInference ?? null,
    edp_Js: carbon?.edp ?? (energy.total === null ? null : energy.total * latency_s),
    cdp_kgCO2e_s: embodied.total === null ? null : embodied.total * latency_s,
    tcdp_kgCO2e_s: carbon?.tcdp ?? null,
    parameters: evaluation.parameters,
    dram_needed_B: evaluation.dramNeeded_B,
  };
}
