import { estimatedParts } from "../cost/index.ts";
import {
  boardPowerOf,
  chipOf,
  footprintOf,
  intervalsOf,
  knownMetricsOf,
  metricsOf,
  powerOf,
  pricingOf,
  summariseByKind,
  summarisePhases,
  type Evaluation,
  type Footprint,
  type Infeasible,
  type KindSummary,
  type LevelTraffic,
} from "../evaluate/portable.ts";
import { metricsOfDeployment, type SpecSet } from "../spec/portable.ts";
import { deploymentJson, multiplierJson, runtimeJson } from "./specs-json.ts";

/** A metric beside those of every result. */
const BOARD = "energy_board_J";

/** The document that `simulate --json` prints for a design that runs. */
export function simulationJson(
  evaluation: Evaluation,
  violations: readonly Infeasible[],
): Readonly<Record<string, unknown>> {
  const { design, energy, area, embodied, operational, operators, nonOperatorCycles, nonOperatorEnergy } = evaluation;
  return {
    model: design.model.name,
    hardware: design.hardware.name,
    feasible: violations.length === 0,
    violations: violations.map(violationJson),
    ...metricsOf(evaluation, [...metricsOfDeployment(design.deployment), BOARD]),
    ...unknownJson(evaluation),
    ...estimatesJson(design),
    energy_J: energy,
    area_by_component_mm2: area,
    carbon_embodied: { unit: "kgCO2e", ...embodied },
    carbon_operational: { unit: "kgCO2e", ...operational },
    intervals: intervalsOf(pricingOf(evaluation)),
    power: powerOf(evaluation),
    board_power: boardPowerOf(evaluation),
    deployment: deploymentJson(design.deployment),
    technology: design.technology,
    mapper: { ...design.mapper, objective: evaluation.mappedFor },
    ...footprintJson(evaluation),
    macs_executed: evaluation.macsExecuted,
    ...totalTraffic(operators),
    kv_cache_bytes: evaluation.kvCache_B,
    phases: summarisePhases(evaluation).map(({ phase, latency, steps, kvReadBytes, kvWriteBytes }) => ({
      ...{ phase, latency_s: latency, steps, latency_per_step_s: latency / steps },
      ...{ kv_read_bytes: kvReadBytes, kv_write_bytes: kvWriteBytes },
    })),
    runtime: runtimeJson(design.hardware),
    ...multiplierJson(design.hardware),
    schedule: scheduleJson(evaluation.schedule),
    non_operator_cycles: nonOperatorCycles,
    non_operator_energy_J: energy.total === null ? null : nonOperatorEnergy,
    operator_kinds: summariseByKind(evaluation).map(kindJson),
    operators: operators.map(
      ({
        name,
        kind,
        tower,
        layer,
        phase,
        count,
        macs,
        cycles,
        energy: joules,
        utilisation,
        bound_by,
        gemm,
        ...more
      }) => ({
        name,
        kind,
        tower,
        layer,
        phase,
        count,
        macs,
        cycles,
        energy_J: Object.keys(joules).length === 0 ? null : joules,
        utilisation,
        bound_by,
        launch_cycles: more.launchCycles,
        lane_operations: more.vector?.laneCycles ?? 0,
        ...trafficJson(more.traffic),
        ...(more.prefetchedBytes > 0 ? { prefetched_bytes: more.prefetchedBytes } : {}),
        ...(more.waitCycles > 0 ? { wait_cycles: more.waitCycles } : {}),
        ...(gemm?.kind === "mapped" ? { timing: gemm.timing, mapping: gemm.mapping } : {}),
      }),
    ),
  };
}

/** What a model is and needs, beside the metrics. */
function footprintJson({
  activeParameters,
  weight_B,
  kvPerToken_B,
  needed,
}: Footprint): Readonly<Record<string, unknown>> {
  const { weights, kvCache, activations } = needed;
  return {
    ...{ active_parameters: activeParameters, weight_bytes: weight_B, kv_bytes_per_token: kvPerToken_B },
    dram_needed_bytes: { weights, kv_cache: kvCache, activations },
  };
}

/**
 * Where metrics are null: what they are at least, under their key with `at_least` before its unit; the parts of carbon that are
 * missing, then each metric, with reasons.
 */
function unknownJson(evaluation: Evaluation): Readonly<Record<string, unknown>> {
  const unknown = Object.entries(knownMetricsOf(evaluation, [BOARD])).flatMap(([key, value]) =>
    typeof value === "number" ? [] : [{ key, value }],
  );
  if (unknown.length === 0) return {};
  const bounds = unknown.flatMap(({ key, value }) =>
    value.atLeast === undefined ? [] : [[key.replace(/_(kgCO2e)/, "_at_least_$1"), value.atLeast]],
  );
  const missing = unknown.flatMap(({ key, value }) => (key.startsWith("carbon_") ? (value.missing ?? []) : []));
  const parts = new Map(missing.map((each) => [`${each.part} ${each.reason}`, each]));
  const metrics = unknown.map(({ key, value }) => ({ part: key, reason: value.reason }));
  return { ...Object.fromEntries(bounds), unknown: [...parts.values(), ...metrics] };
}

/** What nobody has published, and the rule that stands in. */
function estimatesJson({ hardware, technology }: Evaluation["design"]): Readonly<Record<string, unknown>> {
  const estimates = estimatedParts(hardware, technology);
  return estimates.length === 0 ? {} : { estimates };
}

/** Bytes of one inference at each level. */
function totalTraffic(operators: Evaluation["operators"]): Readonly<Record<string, number>> {
  const sum = (level: keyof LevelTraffic, way: "read" | "written") =>
    operators.reduce((total, { traffic, count }) => total + count * traffic[level][way], 0);
  const level = (name: keyof LevelTraffic) => ({ read: sum(name, "read"), written: sum(name, "written") });
  return trafficJson({ dram: level("dram"), global: level("global"), local: level("local") });
}

function kindJson(summary: KindSummary): Readonly<Record<string, unknown>> {
  const { tower, phase, kind, runs, cycles, launchCycles, share, macs, laneOperations, utilisation, boundBy } = summary;
  return {
    ...{ tower, phase, kind, runs, cycles, launch_cycles: launchCycles, share, macs, lane_operations: laneOperations },
    ...{ utilisation, bound_by: boundBy, ...trafficJson(summary.traffic) },
    energy_J: Object.keys(summary.energy).length === 0 ? null : summary.energy,
  };
}

function trafficJson({ dram, global, local }: LevelTraffic): Readonly<Record<string, number>> {
  return {
    ...{ dram_read_bytes: dram.read, dram_write_bytes: dram.written },
    ...{ glb_read_bytes: global.read, glb_write_bytes: global.written },
    ...{ local_read_bytes: local.read, local_write_bytes: local.written },
  };
}

/** What was asked of the schedule, and what was done. */
function scheduleJson({ settings, ...outcome }: Evaluation["schedule"]): Readonly<Record<string, unknown>> {
  const { fused, handovers, prefetches, weightBytes, attentionRereadBytes } = outcome;
  return {
    ...settings,
    fused,
    handovers,
    prefetches: prefetches.map(({ waitCycles, ...rest }) => ({ ...rest, wait_cycles: waitCycles })),
    ...{ resident_weight_bytes: weightBytes, attention_reread_bytes: attentionRereadBytes },
  };
}

/** The document for a design that cannot run at all: what does not depend on that. */
export function infeasibleJson(specs: SpecSet, infeasible: Infeasible): Readonly<Record<string, unknown>> {
  const { model, hardware } = specs;
  const footprint = footprintOf(specs);
  const { parameters, macs, operatorCount, dramNeeded_B } = footprint;
  const { peak_TOPS, area, embodied } = chipOf(specs);
  return {
    ...{ model: model.name, hardware: hardware.name, feasible: false, violations: [violationJson(infeasible)] },
    ...{ parameters, macs, dram_needed_B: dramNeeded_B, ...footprintJson(footprint), operator_count: operatorCount },
    ...{ peak_TOPS, area_mm2: area.total, carbon_embodied_kgCO2e: embodied.total },
    ...{ area_by_component_mm2: area, carbon_embodied: { unit: "kgCO2e", ...embodied } },
  };
}

function violationJson({ constraint, by, unit, detail }: Infeasible): Readonly<Record<string, unknown>> {
  return { constraint, by, unit, detail };
}
