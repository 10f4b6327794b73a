import { gridCarbon, gridIntensityOf, serverIdle, siteFactor, staticPower, usageSeconds } from "../cost/index.ts";
import { chipOf } from "../evaluate/index.ts";
import type { SpecSet } from "../spec/settings.ts";
import type { Steady } from "./steady-energy.ts";

/** J of a request by what takes them; null: unknown. Parts sum to the total. */
export interface RequestEnergy {
  readonly total: number | null;
  readonly prefill: number | null;
  readonly decode: number | null;
  readonly idle: number | null;
  readonly host: number;
  readonly network: number;
  /** What the site takes beside its machines (PUE). */
  readonly site: number | null;
}

export interface RequestCarbon {
  readonly total: number | null;
  readonly embodied: number | null;
  readonly operational: number | null;
  /** Of the operational, hours without use. */
  readonly off: number | null;
}

/** A number that is not known, and why. */
export interface UnknownPart {
  readonly part: string;
  readonly reason: string;
}

/** What a service at its served load is charged for each request. */
export interface Bill {
  readonly energy: RequestEnergy;
  readonly carbon: RequestCarbon;
  /** W of all devices together. */
  readonly power: number | null;
  readonly unknown: readonly UnknownPart[];
}

/** Powers of one device that does nothing, W: in hours of use and outside of them; null: unknown. */
interface StillPower {
  readonly use: number | null;
  readonly off: number | null;
  readonly reason: string;
}

/**
 * Idle power of a device: that of its board where `boardPower` prices its work; of a server the board's as stated; else leakage and the
 * memory's background. A server is never switched off.
 */
export function stillPower({
  hardware,
  technology,
  deployment,
}: Pick<SpecSet, "hardware" | "technology" | "deployment">): StillPower {
  const { boardPower, silicon } = hardware;
  const isServer = deployment.class === "server";
  const still = staticPower(hardware, technology);
  const isKnown = !("total" in still);
  const reason = isKnown ? "" : still.reason;
  const board = boardPower === null ? undefined : (boardPower.allocated ?? silicon?.idlePower);
  const stated = isServer ? serverIdle(hardware).idlePower : undefined;
  const modelled = isKnown ? (isServer ? still.dieActive + still.dramActive : still.dieIdle + still.dramStandby) : null;
  const use = board ?? stated ?? modelled;
  const off = isServer ? (stated ?? use) : isKnown ? still.dieOff + still.dramSelfRefresh : null;
  return { use, off, reason };
}

export interface Billed {
  readonly specs: SpecSet;
  /** Of one batch. */
  readonly steady: Pick<Steady, "requestsPerSecond" | "utilisation" | "decodeJoules" | "promptJoules" | "decodeShare">;
  readonly batchesOfReplica: number;
  readonly devicesOfReplica: number;
  /** Devices in all, and requests of all of them, 1/s. */
  readonly devices: number;
  readonly requestsPerSecond: number;
  readonly tokensOfRequest: number;
  readonly network: { readonly energy: number; readonly bytesPerToken: number } | null;
}

/**
 * Energy and carbon of a request:
 *
 *   decode   above idle + idle power · devices · (share of the time that decoding alone takes) / rate       prefill, idle likewise
 *   host     host.power / host.devices · devices / rate       site  (PUE − 1) · all of these       network  energy · bytes · tokens
 *   operational  energy · grid + idle of hours without use      embodied  (device + host's part + link) · devices / requests over the life
 */
export function billOf(of: Billed): Bill {
  const energy = energyOf(of);
  const carbon = carbonOf(of, energy.total);
  const { prefill, decode, idle } = energy;
  const own = prefill === null || decode === null || idle === null ? null : prefill + decode + idle;
  return { energy, ...carbon, power: own === null ? null : own * of.requestsPerSecond };
}

function energyOf({
  specs,
  steady,
  devicesOfReplica,
  batchesOfReplica,
  tokensOfRequest,
  network,
}: Billed): RequestEnergy {
  const { host: machine } = specs.deployment;
  const deviceSeconds = devicesOfReplica / (batchesOfReplica * steady.requestsPerSecond);
  const host = machine === undefined ? 0 : (machine.power / machine.devices) * deviceSeconds;
  const sent = network === null ? 0 : (network.energy / 1e12) * network.bytesPerToken * tokensOfRequest;
  const { use } = stillPower(specs);
  const unknown = { total: null, prefill: null, decode: null, idle: null, host, network: sent, site: null };
  if (use === null || Number.isNaN(steady.decodeJoules + steady.promptJoules)) return unknown;
  const still = use * deviceSeconds;
  const decode = steady.decodeJoules + still * steady.decodeShare;
  const prefill = steady.promptJoules + still * Math.max(0, steady.utilisation - steady.decodeShare);
  const idle = still * (1 - Math.max(steady.utilisation, steady.decodeShare));
  const machines = decode + prefill + idle + host;
  const site = (siteFactor(specs.deployment, specs.technology) - 1) * machines;
  return { total: machines + site + sent, prefill, decode, idle, host, network: sent, site };
}

function carbonOf(
  { specs, devices, requestsPerSecond }: Billed,
  joules: number | null,
): { readonly carbon: RequestCarbon; readonly unknown: readonly UnknownPart[] } {
  const { deployment, technology, hardware } = specs;
  const { use, off: offSeconds } = usageSeconds(deployment);
  const requests = requestsPerSecond * use;
  const chip = chipOf(specs).embodied;
  const ofDevice = chip.total === null ? null : chip.total + (hardware.link?.carbon ?? 0);
  const embodied = ofDevice === null ? null : (ofDevice * devices) / requests;
  const grid = gridIntensityOf(deployment, technology);
  const level = deployment.gridIntensity === 0 ? 1 : grid / deployment.gridIntensity;
  const still = stillPower(specs);
  const offJoules =
    still.off === null ? null : (still.off * devices * offSeconds * siteFactor(deployment, technology)) / requests;
  const off =
    offJoules === null
      ? null
      : gridCarbon(offJoules, (deployment.gridIntensityOff ?? deployment.gridIntensity) * level);
  const operational = joules === null || off === null ? null : gridCarbon(joules, grid) + off;
  const unknown = [
    ...(chip.total === null ? [{ part: "embodied", reason: chip.reason }] : []),
    ...(joules === null
      ? [{ part: "energy", reason: still.use === null ? still.reason : "the energy of an event is not in the tables" }]
      : []),
    ...(off === null && joules !== null ? [{ part: "off", reason: still.reason }] : []),
  ];
  const total = embodied === null || operational === null ? null : embodied + operational;
  return { carbon: { total, embodied, operational, off }, unknown };
}
