import { gridCarbon, gridIntensityOf, serverIdle, siteFactor, staticPower, usageSeconds } from "../cost/index.ts";
import { chipOf } from "../evaluate/index.ts";
import { joulesOf } from "../units/index.ts";
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
  /** Keys and values that go from one device to another. */
  readonly transfer: number;
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
  /** Embodied carbon of a request by kind of device, host's part and link included. */
  readonly shares: readonly DeviceShare[];
}

/** Devices of one kind in a replica, and what they work on. */
export interface Machines {
  readonly role: "all" | "decode" | "prefill";
  readonly specs: SpecSet;
  readonly count: number;
}

/** What devices of one kind are of a service. */
export interface DeviceShare {
  readonly role: Machines["role"];
  readonly hardware: string;
  /** In all replicas together. */
  readonly devices: number;
  /** kgCO2e a request; null: unknown. */
  readonly embodied: number | null;
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
  /** Of the service: deployment and technology. */
  readonly specs: SpecSet;
  /** Of one batch. */
  readonly steady: Pick<
    Steady,
    | "requestsPerSecond"
    | "utilisation"
    | "decodeJoules"
    | "promptJoules"
    | "decodeShare"
    | "prefillShare"
    | "movedTokens"
  >;
  /** Devices of a replica. */
  readonly machines: readonly Machines[];
  readonly replicas: number;
  readonly batchesOfReplica: number;
  /** Of all devices, 1/s. */
  readonly requestsPerSecond: number;
  readonly tokensOfRequest: number;
  /** pJ for a token that goes from one device to another. */
  readonly moved: number;
  readonly network: { readonly energy: number; readonly bytesPerToken: number } | null;
}

/**
 * Energy and carbon of a request:
 *
 *   decode   above idle + idle power · devices · (share of the time that decoding alone takes) / rate       prefill, idle likewise
 *   host     host.power / host.devices · devices / rate       site  (PUE − 1) · all of these       network  energy · bytes · tokens
 *   transfer energy of the link · bytes of keys and values
 *   operational  energy · grid + idle of hours without use      embodied  (device + host's part + link) · devices / requests over the life
 */
export function billOf(of: Billed): Bill {
  const energy = energyOf(of);
  const carbon = carbonOf(of, energy.total);
  const { prefill, decode, idle, transfer } = energy;
  const own = prefill === null || decode === null || idle === null ? null : prefill + decode + idle + transfer;
  return { energy, ...carbon, power: own === null ? null : own * of.requestsPerSecond };
}

/** W of the devices that work on prompts alone, and of the others; null: unknown. */
function stillPowers(
  machines: readonly Machines[],
  of: "use" | "off",
): readonly [prompts: number, others: number] | null {
  let [prompts, others] = [0, 0];
  for (const { role, specs, count } of machines) {
    const still = stillPower(specs)[of];
    if (still === null) return null;
    if (role === "prefill") prompts += still * count;
    else others += still * count;
  }
  return [prompts, others];
}

function energyOf({
  specs,
  steady,
  machines,
  batchesOfReplica,
  tokensOfRequest,
  moved,
  network,
}: Billed): RequestEnergy {
  const { host: machine } = specs.deployment;
  const replicaSeconds = 1 / (batchesOfReplica * steady.requestsPerSecond);
  const devices = machines.reduce((sum, { count }) => sum + count, 0);
  const host = machine === undefined ? 0 : (machine.power / machine.devices) * devices * replicaSeconds;
  const sent = network === null ? 0 : joulesOf(network.energy * network.bytesPerToken * tokensOfRequest);
  const transfer = joulesOf(moved * steady.movedTokens);
  const powers = stillPowers(machines, "use");
  const none = { total: null, prefill: null, decode: null, idle: null, host, network: sent, transfer, site: null };
  if (powers === null || Number.isNaN(steady.decodeJoules + steady.promptJoules)) return none;
  const [ofPrompts, still] = powers.map((each) => each * replicaSeconds) as [number, number];
  const decode = steady.decodeJoules + still * steady.decodeShare;
  // Devices of their own have no part in the time of the others.
  const beside = ofPrompts > 0 ? 0 : Math.max(0, steady.utilisation - steady.decodeShare);
  const prefill = steady.promptJoules + still * beside + ofPrompts * steady.prefillShare;
  const idle = still * (1 - Math.max(steady.utilisation, steady.decodeShare)) + ofPrompts * (1 - steady.prefillShare);
  const all = decode + prefill + idle + host + transfer;
  const site = (siteFactor(specs.deployment, specs.technology) - 1) * all;
  return { total: all + site + sent, prefill, decode, idle, host, network: sent, transfer, site };
}

/** kgCO2e of one device with its part of the host and its link; or why it is not known. */
function embodiedOf(specs: SpecSet): { readonly total: number | null; readonly reason: string } {
  const { embodied } = chipOf(specs);
  if (embodied.total === null) return embodied;
  return { total: embodied.total + (specs.hardware.link?.carbon ?? 0), reason: "" };
}

/** Carbon of a request that takes so many J; null: unknown. */
export function carbonOf(
  {
    specs,
    machines,
    replicas,
    requestsPerSecond,
  }: Pick<Billed, "specs" | "machines" | "replicas" | "requestsPerSecond">,
  joules: number | null,
): Pick<Bill, "carbon" | "unknown" | "shares"> {
  const { deployment, technology } = specs;
  const { use, off: offSeconds } = usageSeconds(deployment);
  const requests = requestsPerSecond * use;
  const devices = machines.map(({ specs: own, ...rest }) => ({ ...rest, own, embodied: embodiedOf(own) }));
  const shares = devices.map(({ role, own, count, embodied }) => ({
    ...{ role, hardware: own.hardware.name, devices: count * replicas },
    embodied: embodied.total === null ? null : (embodied.total * count * replicas) / requests,
  }));
  const embodied = shares.reduce<number | null>(
    (sum, share) => (sum === null || share.embodied === null ? null : sum + share.embodied),
    0,
  );
  const grid = gridIntensityOf(deployment, technology);
  const level = deployment.gridIntensity === 0 ? 1 : grid / deployment.gridIntensity;
  const still = stillPowers(machines, "off");
  const offJoules =
    still === null
      ? null
      : ((still[0] + still[1]) * replicas * offSeconds * siteFactor(deployment, technology)) / requests;
  const off =
    offJoules === null
      ? null
      : gridCarbon(offJoules, (deployment.gridIntensityOff ?? deployment.gridIntensity) * level);
  const operational = joules === null || off === null ? null : gridCarbon(joules, grid) + off;
  const unknown = devices.flatMap(({ own, embodied: chip }) => {
    const power = stillPower(own);
    return [
      ...(chip.total === null ? [{ part: "embodied", reason: chip.reason }] : []),
      ...(joules === null
        ? [
            {
              part: "energy",
              reason: power.use === null ? power.reason : "the energy of an event is not in the tables",
            },
          ]
        : []),
      ...(power.off === null && joules !== null ? [{ part: "off", reason: power.reason }] : []),
    ];
  });
  const total = embodied === null || operational === null ? null : embodied + operational;
  return { carbon: { total, embodied, operational, off }, unknown, shares };
}
