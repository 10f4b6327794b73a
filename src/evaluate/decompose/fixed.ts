import {
  CostError,
  dieArea,
  embodiedCarbon,
  energyCoefficients,
  operationalCarbon,
  reticleLimit,
  staticPower,
  vectorCoefficients,
  type Unknown,
} from "../../cost/index.ts";
import { SpecError } from "../../errors/index.ts";
import { pesOf } from "../../spec/hardware.ts";
import type { SpecSet } from "../../spec/settings.ts";
import type { Machine } from "./operator-costs.ts";
import type { Break, DecomposedLimit } from "./types.ts";

/** What is known of a hardware point before anything is simulated. */
export interface Fixed {
  readonly specs: SpecSet;
  readonly machine: Machine;
  /** By the metrics of FIXED_METRICS; null: not modelled. */
  readonly values: Readonly<Record<string, number | null>>;
  /** kgCO2e of the life without any inference. */
  readonly idleCarbon: number;
  readonly breaks: readonly Break[];
}

/**
 * @param asked metrics that the study aims at or limits
 * @param specsOf applies the settings of the point
 * @returns what breaks it alone where its settings do not fit together, or a table does not have its sizes
 */
export function fixedOf(
  specsOf: () => SpecSet,
  asked: readonly string[],
  limits: readonly DecomposedLimit[],
): Fixed | { readonly breaks: readonly Break[] } {
  try {
    return readFixed(specsOf(), asked, limits);
  } catch (error) {
    const reason = refusalOf(error);
    if (reason === null) throw error;
    return { breaks: [broken(reason)] };
  }
}

/** Why settings are no design; null: the error is of another kind. */
export function refusalOf(error: unknown): string | null {
  if (error instanceof CostError) return error.message;
  return error instanceof SpecError ? (error.problems[0]?.message ?? error.message) : null;
}

function readFixed(specs: SpecSet, asked: readonly string[], limits: readonly DecomposedLimit[]): Fixed {
  const { hardware, technology, deployment } = specs;
  const coefficients = energyCoefficients(hardware, technology);
  const area = dieArea(hardware, technology);
  const embodied = embodiedCarbon(area, hardware, technology);
  const power = staticPower(hardware, technology);
  const idle =
    "total" in power
      ? power
      : operationalCarbon({ energyPerInference: 0, latency: 0, staticPower: power, deployment, technology });
  const values = {
    area_mm2: area.total,
    peak_TOPS: (2 * pesOf(hardware) * hardware.clock) / 1e12,
    carbon_embodied_kgCO2e: embodied.total,
  };
  const gap = [coefficients, vectorCoefficients(hardware, technology)].find((each) => "total" in each);
  const energy = gap === undefined ? null : (gap as Unknown);
  const missing = [
    ...(asked.includes("area_mm2") ? [area] : []),
    ...(asked.some((metric) => /^(carbon_(total|embodied)|cdp)/.test(metric)) ? [embodied] : []),
    ...(asked.some((metric) => /^(carbon_(total|operational))/.test(metric)) ? [idle, energy] : []),
    ...(asked.includes("energy_total_J") ? [energy] : []),
  ].flatMap((each) => (each !== null && each.total === null && "reason" in each ? [each.reason] : []));
  const tooLarge = area.total === null ? null : reticleLimit(area);
  return {
    specs,
    machine: { hardware, technology, energies: "total" in coefficients ? null : coefficients },
    values,
    idleCarbon: idle.total ?? 0,
    breaks: [
      ...[...new Set(missing)].map(broken),
      ...limits.flatMap((limit) => breakOf(limit, values)),
      ...(tooLarge === null
        ? []
        : [{ constraint: tooLarge.constraint, by: tooLarge.by, limit: null, unit: tooLarge.unit }]),
    ],
  };
}

const broken = (constraint: string): Break => ({ constraint, by: 0, limit: null, unit: "" });

function breakOf(
  { metric, comparison, limit, text }: DecomposedLimit,
  values: Readonly<Record<string, number | null>>,
): readonly Break[] {
  const value = Object.hasOwn(values, metric) ? values[metric]! : null;
  if (value === null) return [];
  const by = comparison === "<=" ? value - limit : limit - value;
  return by > 0 ? [{ constraint: text, by, limit, unit: null }] : [];
}
