import {
  CostError,
  dieArea,
  embodiedCarbon,
  embodiedInUse,
  serverIdle,
  energyCoefficients,
  operationalCarbon,
  reticleLimit,
  staticPower,
  vectorCoefficients,
  type Unknown,
} from "../../cost/index.ts";
import { SpecError } from "../../errors/index.ts";
import { numberOrNull, totalOf, withoutMemory, type PricedPart } from "../../metrics/index.ts";
import { peakOperationsOf } from "../../spec/hardware.ts";
import type { Deployment } from "../../spec/deployment.ts";
import type { SpecSet } from "../../spec/settings.ts";
import { idleWatts } from "../power.ts";
import { retentionCarbon, retentionJoules } from "../retention.ts";
import { chipMetrics, metricBehind } from "./metrics.ts";
import type { Machine } from "./machine.ts";
import type { Break, DecomposedLimit } from "./types.ts";

/** What is known of a hardware point before anything is simulated. */
export interface Fixed {
  readonly specs: SpecSet;
  readonly machine: Machine;
  /** By the metrics of FIXED_METRICS; null: not modelled. */
  readonly values: Readonly<Record<string, number | null>>;
  /** kgCO2e of the life without any inference. */
  readonly idleCarbon: number;
  /** The same in each world of the request. */
  readonly worlds: readonly IdleWorld[];
  /** W of a device that is on while nothing runs. */
  readonly idlePower: number;
  /** What weights that stay on chip cost between inferences of so many seconds: J an inference, and kgCO2e of the life. */
  readonly retention: (latency: number) => { readonly joules: number; readonly carbon: number };
  readonly breaks: readonly Break[];
}

/** A use of the device, and the kgCO2e of its life without any inference there. */
export interface IdleWorld {
  readonly deployment: Deployment;
  readonly idleCarbon: number;
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
  worlds: readonly Deployment[] = [],
): Fixed | { readonly breaks: readonly Break[] } {
  try {
    return readFixed(specsOf(), asked, limits, worlds);
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

function readFixed(
  specs: SpecSet,
  asked: readonly string[],
  limits: readonly DecomposedLimit[],
  worlds: readonly Deployment[],
): Fixed {
  const { hardware, technology, deployment, schedule } = specs;
  const coefficients = energyCoefficients(hardware, technology);
  const area = dieArea(hardware, technology);
  const embodied = embodiedInUse(embodiedCarbon(area, hardware, technology), deployment);
  const power = staticPower(hardware, technology);
  const idleIn = (use: Deployment) =>
    "total" in power
      ? power
      : operationalCarbon({
          ...{ energyPerInference: 0, latency: 0, staticPower: power, deployment: use, technology },
          ...serverIdle(hardware),
        });
  const idle = idleIn(deployment);
  const chip = { peakOperations: peakOperationsOf(hardware), area: totalOf(area), embodied: totalOf(embodied) };
  const values = Object.fromEntries(chipMetrics.map((metric) => [metric.key, numberOrNull(metric.of(chip))]));
  const gap = [coefficients, vectorCoefficients(hardware, technology)].find((each) => "total" in each);
  const energy = gap === undefined ? null : (gap as Unknown);
  const isEnough = typeof withoutMemory(chip.embodied) === "number";
  const needed = new Set(
    asked.flatMap((name) => {
      const { priced = [], isWithoutMemory = false } = metricBehind(name) ?? {};
      return priced.filter((part) => !(isWithoutMemory && part === "embodied" && isEnough));
    }),
  );
  const parts: Readonly<Record<PricedPart, { readonly total: unknown } | null>> = { area, embodied, idle, energy };
  const missing = Object.entries(parts).flatMap(([part, of]) =>
    needed.has(part as PricedPart) && of !== null && of.total === null ? [(of as Unknown).reason] : [],
  );
  const tooLarge = area.total === null ? null : reticleLimit(area, hardware);
  return {
    specs,
    machine: { hardware, technology, energies: "total" in coefficients ? null : coefficients, schedule },
    values,
    idleCarbon: idle.total ?? 0,
    worlds: worlds.map((world) => ({ deployment: world, idleCarbon: idleIn(world).total ?? 0 })),
    idlePower: "total" in power ? 0 : idleWatts(power),
    retention: (latency) => ({
      joules: retentionJoules(power, latency, deployment),
      carbon: "total" in power || idle.total === null ? 0 : retentionCarbon(power, latency, deployment, idle),
    }),
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
