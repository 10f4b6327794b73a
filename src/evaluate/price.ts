import {
  dieArea,
  embodiedCarbon,
  embodiedInUse,
  serverIdle,
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
import {
  addBreakdowns,
  known,
  lowerBound,
  MEASURED_METRICS,
  metricOfKey,
  numberOrNull,
  totalOf,
  type Known,
  type MeasuredMetric,
  type PricedTotal,
  type RunFacts,
} from "../metrics/index.ts";
import type { Technology } from "../spec/technology.ts";
import { joulesOf } from "../units/index.ts";
import { countedOf, countedOfOne, type Counted } from "./counted.ts";
import { pricedFigures, runFacts } from "./figures.ts";
import { peakPower_W } from "./power.ts";
import { macEnergyOf } from "./gemm-cost.ts";
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
  /** Of each operator that runs by itself; null: not asked for. */
  readonly operators: readonly Counted[] | null;
  readonly facts: RunFacts;
  /** Whether weights stay on chip between inferences. */
  readonly keepsWeights: boolean;
  /** At the design's own technology. */
  readonly own: Priced;
}

/** @param asked keys of metrics that it will be asked for: some need each operator by itself */
export function pricingOf(evaluation: Evaluation, asked: readonly string[] = []): Pricing {
  const { design, energy, area, embodied, operational } = evaluation;
  const isPerOperator = asked.some((key) => metricOfKey(key)?.isPerOperator === true);
  return {
    ...{ design, counted: countedOf(evaluation), facts: runFacts(evaluation) },
    operators: isPerOperator ? evaluation.operators.map((operator) => countedOfOne(operator)) : null,
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
  const { latency_s } = pricing.facts;
  return pricedWith(energyOf(counted, design, technology), { ...pricing, latency_s }, technology);
}

/** Area and carbon of a design whose energy is known, or is not. */
export function pricedWith(
  energy: Breakdown | Unknown,
  {
    design: { hardware, deployment },
    latency_s,
    keepsWeights,
  }: Pick<Pricing, "design" | "keepsWeights"> & {
    readonly latency_s: number;
  },
  technology: Technology,
): Priced {
  const area = dieArea(hardware, technology);
  const embodied = embodiedInUse(embodiedCarbon(area, hardware, technology), deployment);
  const power = staticPower(hardware, technology);
  if (energy.total === null) return { energy, area, embodied, operational: energy };
  const of = { latency: latency_s, deployment, technology, ...serverIdle(hardware) };
  if ("total" in power) {
    const still = { dieActive: 0, dieIdle: 0, dieOff: 0, dramActive: 0, dramStandby: 0, dramSelfRefresh: 0 };
    const use = operationalCarbon({ ...of, energyPerInference: energy.total, staticPower: still });
    const missing = [{ part: "idle power", reason: power.reason }];
    const { inference = 0 } = use.total === null ? {} : use.parts;
    return { energy, area, embodied, operational: use.total === null ? use : lowerBound({ inference }, missing) };
  }
  const operational = operationalCarbon({ ...of, energyPerInference: energy.total, staticPower: power });
  return {
    ...{ energy, area, embodied },
    operational: keepsWeights ? withRetention(operational, power, latency_s, deployment) : operational,
  };
}

function energyOf(
  { gemm, narrow, vector, cycles }: Counted,
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
    ...narrow.map(({ precision, macs }) => {
      const mac = joulesOf(macs * macEnergyOf(precision, hardware, technology, cost.mac));
      return { of: { total: mac, parts: { mac } }, count: 1 };
    }),
  ]);
  return known("the energy of an inference", energy);
}

/** Totals that have an interval, by the keys of results. */
export function totalsOf(pricing: Pricing, priced: Priced = pricing.own): Readonly<Record<PricedTotal, Known>> {
  return valuesOf(pricing, priced, pricing.design.technology, PRICED_TOTALS) as Readonly<Record<PricedTotal, Known>>;
}

/** Metrics of these keys that prices move, under another technology; see {@link price}. */
export function repricedMetrics(
  pricing: Pricing,
  technology: Technology,
  keys: readonly string[],
): Readonly<Record<string, Known>> {
  const moved = MEASURED_METRICS.filter(({ key, priced }) => priced.length > 0 && keys.includes(key));
  return valuesOf(pricing, price(pricing, technology), technology, moved);
}

const PRICED_TOTALS = MEASURED_METRICS.filter(({ hasInterval }) => hasInterval === true);

function valuesOf(
  { facts, design, operators }: Pricing,
  priced: Priced,
  technology: Technology,
  metrics: readonly MeasuredMetric[],
): Readonly<Record<string, Known>> {
  const { hardware } = design;
  const peakPower = (): Known =>
    operators === null
      ? { total: null, reason: "operators are not priced one by one" }
      : peakPower_W(
          operators.map((counted) => ({
            energy: totalOf(energyOf(counted, design, technology)),
            cycles: counted.busyCycles,
          })),
          { hardware, technology },
        );
  const figures = pricedFigures(facts, priced, design, peakPower);
  return Object.fromEntries(metrics.map((metric) => [metric.key, metric.of(figures)]));
}

/** Low, nominal and high of every total, with what moves it most. */
export function intervalsOf(pricing: Pricing): Readonly<Record<PricedTotal, Interval | OpenInterval | null>> {
  const { hardware, technology } = pricing.design;
  const own = Object.entries(totalsOf(pricing)).map(([key, value]) => [key, numberOrNull(value)]);
  const nominal = Object.fromEntries(own) as Readonly<Record<PricedTotal, number | null>>;
  return resultIntervals(hardware, technology, nominal, (changed) => totalsOf(pricing, price(pricing, changed)));
}
