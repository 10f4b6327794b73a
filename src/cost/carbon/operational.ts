import { breakdown, known, lowerBound, outsideDomain, type Unknown } from "../../metrics/index.ts";
import type { Deployment } from "../../spec/deployment.ts";
import type { Hardware } from "../../spec/hardware.ts";
import type { Technology } from "../../spec/technology.ts";
import { JOULES_PER_KILOWATT_HOUR } from "../../units/index.ts";
import { SECONDS_PER_DAY } from "../../units/index.ts";
import { GRAMS_PER_KILOGRAM, SECONDS_PER_HOUR } from "../constants.ts";
import { factor, factorsOf } from "../factors.ts";
import { chargingRules, type ChargingRules } from "../profile.ts";
import type { EmbodiedCarbon, OperationalCarbon, StaticPower } from "../types.ts";

export interface Operation {
  /** J of one inference above the idle power: dynamic energy and (active − idle power) × latency. */
  readonly energyPerInference: number;
  /** s of one inference. */
  readonly latency: number;
  readonly staticPower: StaticPower;
  readonly deployment: Deployment;
  readonly technology: Technology;
  /** Default: those of the technology's profile. */
  readonly rules?: ChargingRules;
  /** W of the board of a server with nothing running; absent: die and memory in their active state. */
  readonly idlePower?: number;
}

/** Idle over rated power of boards whose idle power is not stated. Source: listings of H100, A100, MI300X, 0.10 to 0.18 (2023 to 2026). */
const IDLE_SHARE = 0.15;

/** What a server of this hardware takes with nothing running: as stated, else a share of its power limit; absent: neither is known. */
export function serverIdle({ silicon }: Pick<Hardware, "silicon">): { readonly idlePower?: number } {
  const idlePower =
    silicon?.idlePower ?? (silicon?.powerLimit === undefined ? undefined : IDLE_SHARE * silicon.powerLimit);
  return idlePower === undefined ? {} : { idlePower };
}

/** Embodied carbon that the work of a deployment is charged: of the device and its part of the host, by the share that is reserved. */
export function embodiedInUse<Of extends EmbodiedCarbon | Unknown>(embodied: Of, { host, share = 1 }: Deployment): Of {
  if (host === undefined && share === 1) return embodied;
  const ofHost = host === undefined ? {} : { host: host.carbon / host.devices };
  const parts = Object.fromEntries(
    Object.entries({ ...embodied.parts, ...ofHost }).map(([part, kg]) => [part, kg * share]),
  );
  if (embodied.total === null)
    return lowerBound(parts, embodied.missing ?? [{ part: "device", reason: embodied.reason }]) as Of;
  return known("embodied carbon", breakdown(parts)) as Of;
}

/** Seconds of life that are hours of use, and that are not. */
export function usageSeconds(deployment: Deployment): { readonly use: number; readonly off: number } {
  // Of 24 hours a day rounding may make more than the life, and the other hours less than none.
  const use = Math.min(
    deployment.lifetime,
    (deployment.lifetime / SECONDS_PER_DAY) * deployment.hoursPerDay * SECONDS_PER_HOUR,
  );
  return { use, off: deployment.lifetime - use };
}

/** Inferences over the life: given, or rate × hours of use; a year has 365 days. Of a share of time see {@link deploymentAt}. */
export function inferencesOverLife(deployment: Deployment): number {
  return deployment.inferences ?? deployment.rate * usageSeconds(deployment).use;
}

/** The deployment of a device of this latency, s: where a share of time is given, the rate that it allows. */
export function deploymentAt(deployment: Deployment, latency: number): Deployment {
  const { duty } = deployment;
  return duty === undefined ? deployment : { ...deployment, rate: duty / latency, inferences: null };
}

/** kgCO2e of an energy in J on a grid in gCO2e/kWh. */
export function gridCarbon(joules: number, gramsPerKilowattHour: number): number {
  return ((joules / JOULES_PER_KILOWATT_HOUR) * gramsPerKilowattHour) / GRAMS_PER_KILOGRAM;
}

/** gCO2e/kWh of the grid in the hours of use, with the factor `gridLevel`. */
export function gridIntensityOf({ gridIntensity }: Deployment, technology: Technology): number {
  return gridIntensity * factor(factorsOf(technology), "gridLevel");
}

/** Energy of the site over that of its machines; a profile that charges inferences alone knows no site. */
export function siteFactor({ pue = 1 }: Deployment, { profile }: Technology): number {
  return chargingRules(profile).inferenceEnergyOnly ? 1 : pue;
}

/** Inferences per second of use. */
function perSecondOfUse(deployment: Deployment): number {
  const { use } = usageSeconds(deployment);
  return deployment.inferences === null || use === 0 ? deployment.rate : deployment.inferences / use;
}

/** Share of the hours of use that a device is busy. */
function busyShare(latency: number, deployment: Deployment): number {
  return deployment.duty ?? latency * perSecondOfUse(deployment);
}

/**
 * gCO2e/kWh that the inferences run on, with the factor `gridLevel`: of the hours of use, or less where a share w of them waits.
 *
 *   I = (1 − w) · mean of the hours of use + w · mean of their cleanest share x       x = w·u / (1 − (1 − w)·u)
 *
 * What cannot wait keeps the device busy (1 − w)·u of every slot, u the busy share; what can wait fills the rest of the cleanest slots of
 * its day, which takes the share x of them. A device that is slower has less room in clean slots: I never falls with the latency.
 *
 * @param latency s; 0: the least that I can be
 */
export function inferenceIntensity(latency: number, deployment: Deployment, technology: Technology): number {
  const { canWait = 0, gridCleanest } = deployment;
  const mean = gridIntensityOf(deployment, technology);
  if (canWait === 0 || gridCleanest === undefined || gridCleanest.length === 0) return mean;
  const busy = Math.min(1, busyShare(latency, deployment));
  const free = 1 - (1 - canWait) * busy;
  const share = free === 0 ? 1 : Math.min(1, (canWait * busy) / free);
  const clean = meanOfFirst(gridCleanest, share) * factor(factorsOf(technology), "gridLevel");
  return (1 - canWait) * mean + canWait * Math.min(mean, clean);
}

/** Mean of a list's first share, 0 to 1, of its length; of nothing, its first value. */
function meanOfFirst(values: readonly number[], share: number): number {
  const length = share * values.length;
  if (length <= 0) return values[0]!;
  let sum = 0;
  for (let i = 0; i < length; i += 1) sum += values[i]! * Math.min(1, length - i);
  return sum / length;
}

/** gCO2e/kWh of the grid in the other hours. */
function offIntensityOf({ gridIntensity, gridIntensityOff }: Deployment, technology: Technology): number {
  return (gridIntensityOff ?? gridIntensity) * factor(factorsOf(technology), "gridLevel");
}

/**
 * Carbon of running one device over its life, kgCO2e.
 *
 *   inference   N · energyPerInference · CI of the inferences: see {@link inferenceIntensity}
 *   idleInUse   (die idle, power-gated + DRAM standby) · hours of use · CI
 *   offHours    (die off + DRAM self-refresh) · other hours · CI
 *
 * CI: of the grid; where it is given by hour, the mean over the hours of use, or over the others.
 * The idle power runs under the inferences too; what they add to it is in `energyPerInference`, so nothing is counted twice.
 * `alwaysOnTotal`: the same device with die and DRAM in their active state for the whole life. It is never less than `total`: no
 * state has more power than the active one, and going to another one and back costs nothing here (wake energy and reload are not
 * charged).
 * Profile `published`: the inferences only.
 *
 * @returns Unknown where the device does not keep up with its inferences (there is no life in which it does them all), or a
 *          part is no finite number
 */
export function operationalCarbon(operation: Operation): OperationalCarbon | Unknown {
  const { deployment, staticPower, technology } = operation;
  const late = keepsUp(operation.latency, deployment).infeasible;
  if (late !== null) return { total: null, reason: `the device cannot keep its rate: ${late.detail}` };
  const inferences = inferencesOverLife(deployment);
  const inferenceJoules = inferences * operation.energyPerInference;
  const intensity = gridIntensityOf(deployment, technology);
  const ofInferences = inferenceIntensity(operation.latency, deployment, technology);
  const inference = gridCarbon(inferenceJoules, ofInferences);
  const waits = ofInferences === intensity ? {} : { inferenceIntensity: ofInferences };
  const shared = { inferences, gridIntensity: intensity, ...waits };
  const rules = operation.rules ?? chargingRules(technology.profile);
  if (rules.inferenceEnergyOnly) {
    const { total, parts } = breakdown({ inference, idleInUse: 0, offHours: 0 });
    return known(NAME, { ...shared, total, parts, policy: PUBLISHED_POLICY, alwaysOnTotal: total });
  }
  const { use, off } = usageSeconds(deployment);
  const offIntensity = offIntensityOf(deployment, technology);
  const { pue = 1, host, share = 1 } = deployment;
  if (deployment.class === "server" || pue !== 1 || host !== undefined || share !== 1)
    return facility(operation, { ...shared, inference, intensity, offIntensity });
  const { total, parts } = breakdown({
    inference,
    idleInUse: gridCarbon((staticPower.dieIdle + staticPower.dramStandby) * use, intensity),
    offHours: gridCarbon((staticPower.dieOff + staticPower.dramSelfRefresh) * off, offIntensity),
  });
  const alwaysOnTotal = alwaysOn(operation, inferenceJoules, intensity, offIntensity);
  // Where nothing can be switched down the two are one sum in two orders, and differ by rounding.
  const most = Math.max(total, alwaysOnTotal);
  const carbon = known(NAME, { ...shared, total, parts, policy: DEFAULT_POLICY, alwaysOnTotal: most });
  const why = carbon.total === null ? null : outsideDomain(alwaysOnTotal);
  return why === null ? carbon : { total: null, reason: `${NAME} of a device that is always on ${why}` };
}

/**
 * The same of a device in a site, with its part of a host, of which a share is reserved:
 *
 *   inference                      · N · energyPerInference · CI
 *   idle of the device   share     · W · life · CI       server: the board's idle power in all hours; edge: as above
 *   host                 share     · W / devices · hours · CI      hours: all of a server's life, the hours of use of an edge device
 *   site                 (PUE − 1) · all of it
 *
 * The board's idle power is measured with its clocks down. What running adds to it is in `energyPerInference`.
 */
function facility(
  { deployment, staticPower, idlePower }: Operation,
  at: {
    readonly inferences: number;
    readonly gridIntensity: number;
    readonly inference: number;
    readonly intensity: number;
    readonly offIntensity: number;
  },
): OperationalCarbon | Unknown {
  const { pue = 1, host, share = 1 } = deployment;
  const { use, off } = usageSeconds(deployment);
  const isServer = deployment.class === "server";
  const never = idlePower ?? staticPower.dieActive + staticPower.dramActive;
  const idleWatts = isServer ? never : staticPower.dieIdle + staticPower.dramStandby;
  const offWatts = isServer ? never : staticPower.dieOff + staticPower.dramSelfRefresh;
  const { inference, intensity, offIntensity, ...shared } = at;
  const hostWatts = host === undefined ? 0 : host.power / host.devices;
  const ofHost = gridCarbon(hostWatts * use, intensity) + (isServer ? gridCarbon(hostWatts * off, offIntensity) : 0);
  const machines = {
    inference,
    idleInUse: share * gridCarbon(idleWatts * use, intensity),
    offHours: share * gridCarbon(offWatts * off, offIntensity),
    ...(host === undefined ? {} : { host: share * ofHost }),
  };
  const site = pue === 1 ? {} : { site: (pue - 1) * breakdown(machines).total };
  const { total, parts } = breakdown({ ...machines, ...site });
  const reserved = share === 1 ? "" : `; ${100 * share} % of it reserved`;
  const policy = `${isServer ? SERVER_POLICY : DEFAULT_POLICY}; PUE ${pue}${host === undefined ? "" : ", host with its share"}${reserved}`;
  return known(NAME, { ...shared, total, parts, policy, alwaysOnTotal: total });
}

const SERVER_POLICY = "server, never off: inferences, and the idle power of the board in all hours";

const NAME = "operational carbon";

const PUBLISHED_POLICY = "inference energy only; no idle time and no memory background (published estimator)";
const DEFAULT_POLICY =
  "inference: die and DRAM active; hours of use: die power-gated, DRAM in standby; other hours: die off, DRAM in self-refresh";

/** Active power for the whole life, and the inferences without the part of it that they carry already. */
function alwaysOn(
  { staticPower, deployment, latency }: Operation,
  inferenceJoules: number,
  intensity: number,
  offIntensity: number,
): number {
  const active = staticPower.dieActive + staticPower.dramActive;
  const rise = active - staticPower.dieIdle - staticPower.dramStandby;
  const busy = inferencesOverLife(deployment) * latency;
  const { use, off } = usageSeconds(deployment);
  const inUse = gridCarbon(inferenceJoules - rise * busy + active * use, intensity);
  return inUse + gridCarbon(active * off, offIntensity);
}

/** Share of the hours of use that the device is busy, and whether it keeps up with its profile. */
export interface Duty {
  readonly duty: number;
  /** Null: it keeps up; else how far the duty is over 1. */
  readonly infeasible: {
    readonly kind: "infeasible";
    readonly constraint: string;
    readonly by: number;
    readonly unit: string;
    readonly detail: string;
  } | null;
}

/** A device keeps up where latency × inferences per second of use ≤ 1. */
export function keepsUp(latency: number, deployment: Deployment): Duty {
  if (deployment.duty !== undefined) return { duty: deployment.duty, infeasible: null };
  const duty = busyShare(latency, deployment);
  if (duty <= 1) return { duty, infeasible: null };
  const detail = `${perSecondOfUse(deployment)} inferences/s of ${latency} s each keep the device busy ${duty} of its hours of use`;
  return {
    duty,
    infeasible: { kind: "infeasible", constraint: "deployment.rate", by: duty - 1, unit: "duty", detail },
  };
}
