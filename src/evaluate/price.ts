import {
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
  type OpenInterval,
  type OperationalCarbon,
  type Unknown,
} from "../cost/index.ts";
import { addBreakdowns, combined, known, numberOrNull, totalOf, type Known } from "../metrics/index.ts";
import type { Technology } from "../spec/technology.ts";
import { countedOf, type Counted } from "./counted.ts";
import { withRetention } from "./retention.ts";
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
  /** Whether weights stay on chip between inferences. */
  readonly keepsWeights: boolean;
  /** At the design's own technology. */
  readonly own: Priced;
}

export function pricingOf(evaluation: Evaluation): Pricing {
  const { design, latency_s, energy, area, embodied, operational } = evaluation;
  return {
    ...{ design, latency_s, counted: countedOf(evaluation) },
    keepsWeights: evaluation.schedule.weightBytes > 0,
    own: { energy, area, embodied, operational },
  };
}

/**
 * Prices an evaluated design under another technology of the same profile. Mapping, counters and timing stay what they are:
 * with other factors the mapper might have chosen otherwise, so that this is an upper bound of what a search would find.
 */
export function price(pricing: Pricing, technology: Technology): Priced {
  const { design, counted } = pricing;
  return pricedWith(energyOf(counted, design, technology), pricing, technology);
}

/** Area and carbon of a design whose energy is known, or is not. */
export function pricedWith(
  energy: Breakdown | Unknown,
  { design: { hardware, deployment }, latency_s, keepsWeights }: Pick<Pricing, "design" | "latency_s" | "keepsWeights">,
  technology: Technology,
): Priced {
  const area = dieArea(hardware, technology);
  const embodied = embodiedCarbon(area, hardware, technology);
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
  return {
    ...{ energy, area, embodied },
    operational: keepsWeights ? withRetention(operational, power, latency_s, deployment) : operational,
  };
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
  const energy = addBreakdowns([
    { of: gemmEnergy(gemm, cycles, cost), count: 1 },
    { of: vectorEnergyOf(vector.laneCycles, vector.traffic, lanes), count: 1 },
  ]);
  return known("the energy of an inference", energy);
}

/** Totals that have an interval, by the keys of results. */
export type PricedTotal =
  | "energy_total_J"
  | "area_mm2"
  | "carbon_embodied_kgCO2e"
  | "carbon_operational_kgCO2e"
  | "carbon_total_kgCO2e"
  | "carbon_always_on_kgCO2e";

export function totalsOf({ energy, area, embodied, operational }: Priced): Readonly<Record<PricedTotal, Known>> {
  const alwaysOn = operational.total === null ? operational : operational.alwaysOnTotal;
  return {
    energy_total_J: totalOf(energy),
    area_mm2: totalOf(area),
    carbon_embodied_kgCO2e: totalOf(embodied),
    carbon_operational_kgCO2e: totalOf(operational),
    carbon_total_kgCO2e: combined("total carbon", [totalOf(embodied), totalOf(operational)], (a, b) => a + b),
    carbon_always_on_kgCO2e: combined(
      "total carbon of a device that is always on",
      [totalOf(embodied), alwaysOn],
      (a, b) => a + b,
    ),
  };
}

/** Low, nominal and high of every total, with what moves it most. */
export function intervalsOf(pricing: Pricing): Readonly<Record<PricedTotal, Interval | OpenInterval | null>> {
  const { hardware, technology } = pricing.design;
  const own = Object.entries(totalsOf(pricing.own)).map(([key, value]) => [key, numberOrNull(value)]);
  const nominal = Object.fromEntries(own) as Readonly<Record<PricedTotal, number | null>>;
  return resultIntervals(hardware, technology, nominal, (changed) => totalsOf(price(pricing, changed)));
}
