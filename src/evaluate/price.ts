import {
  addBreakdowns,
  dieArea,
  embodiedCarbon,
  energyCoefficients,
  gemmEnergy,
  operationalCarbon,
  resultIntervals,
  staticPower,
  vectorCoefficients,
  vectorEnergyOf,
  type Breakdown,
  type EmbodiedCarbon,
  type Interval,
  type OperationalCarbon,
  type Unknown,
} from "../cost/index.ts";
import type { Technology } from "../spec/technology.ts";
import { countedOf, type Counted } from "./counted.ts";
import type { Design, Evaluation } from "./types.ts";

/** What a design costs under one technology. */
export interface Priced {
  /** J per inference by source. */
  readonly energy: Breakdown | Unknown;
  readonly area: Breakdown | Unknown;
  readonly embodied: EmbodiedCarbon | Unknown;
  readonly operational: OperationalCarbon | Unknown;
}

/** A design that has been evaluated, without its operators: enough to price it again. */
export interface Pricing {
  readonly design: Pick<Design, "hardware" | "deployment" | "technology">;
  readonly counted: Counted;
  readonly latency_s: number;
}

export function pricingOf(evaluation: Evaluation): Pricing {
  const { design, latency_s } = evaluation;
  return { design, latency_s, counted: countedOf(evaluation) };
}

/**
 * Prices an evaluated design under another technology of the same profile. Mapping, counters and timing stay what they are:
 * with other factors the mapper might have chosen otherwise, so that this is an upper bound of what a search would find.
 */
export function price({ design, counted, latency_s }: Pricing, technology: Technology): Priced {
  const { hardware, deployment } = design;
  const area = dieArea(hardware, technology);
  const embodied = embodiedCarbon(area, hardware, technology);
  const energy = energyOf(counted, design, technology);
  const power = staticPower(hardware, technology);
  if (energy.total === null) return { energy, area, embodied, operational: energy };
  if ("total" in power) return { energy, area, embodied, operational: power };
  const operational = operationalCarbon({
    energyPerInference: energy.total,
    latency: latency_s,
    staticPower: power,
    deployment,
    technology,
  });
  return { energy, area, embodied, operational };
}

function energyOf(
  { gemm, vector, cycles }: Counted,
  { hardware }: Pricing["design"],
  technology: Technology,
): Breakdown | Unknown {
  const cost = energyCoefficients(hardware, technology);
  if ("total" in cost) return cost;
  const lanes = vectorCoefficients(hardware, technology);
  if ("total" in lanes) return lanes;
  return addBreakdowns([
    { of: gemmEnergy(gemm, cycles, cost), count: 1 },
    { of: vectorEnergyOf(vector.laneCycles, vector.traffic, lanes), count: 1 },
  ]);
}

/** Totals that have an interval, by the keys of results. */
export type PricedTotal =
  | "energy_total_J"
  | "area_mm2"
  | "carbon_embodied_kgCO2e"
  | "carbon_operational_kgCO2e"
  | "carbon_total_kgCO2e"
  | "carbon_always_on_kgCO2e";

export function totalsOf({
  energy,
  area,
  embodied,
  operational,
}: Priced): Readonly<Record<PricedTotal, number | null>> {
  const isKnown = embodied.total !== null && operational.total !== null;
  return {
    energy_total_J: energy.total,
    area_mm2: area.total,
    carbon_embodied_kgCO2e: embodied.total,
    carbon_operational_kgCO2e: operational.total,
    carbon_total_kgCO2e: isKnown ? embodied.total + operational.total : null,
    carbon_always_on_kgCO2e: isKnown ? embodied.total + operational.alwaysOnTotal : null,
  };
}

/** Low, nominal and high of every total, with what moves it most. */
export function intervalsOf(pricing: Pricing): Readonly<Record<PricedTotal, Interval | null>> {
  const { hardware, technology } = pricing.design;
  return resultIntervals(hardware, technology, (changed) => totalsOf(price(pricing, changed)));
}
