import * as z from "zod";
import { real, section, text, whole } from "./fields.ts";
import { deepFreeze } from "./freeze.ts";
import type { Dram, Hardware, Port } from "./hardware.ts";
import { check } from "./issues.ts";
import { BONDING_METHODS, INTERPOSERS, type DiePart, type Package } from "./package.ts";
import { presetDocument } from "./preset-files.ts";
import { dieCountOf, holderOf, isStack, partBelow, partsOf } from "./stack.ts";
import { toRate } from "../units/index.ts";
import { UNLIMITED, type Rate } from "../units/quantity.ts";

/** A link between two dies, of what joins them. */
export interface LinkType {
  readonly name: string;
  /** B/s each way. */
  readonly bandwidth: number;
  /** pJ/bit. */
  readonly energy: { readonly value: number; readonly low: number; readonly high: number };
  /** s. */
  readonly latency: number;
  readonly source: string;
  readonly year: number;
}

const row = section({
  bandwidth: real(1, 1e9),
  ...{ energy: real(0, 100), low: real(0, 100), high: real(0, 100), latency: real(0, 1e6) },
  ...{ source: text(), year: whole(1990, 2200) },
});
const names = [...INTERPOSERS, ...BONDING_METHODS] as const;
const fileSchema = section(Object.fromEntries(names.map((name) => [name, row])) as Record<LinkName, typeof row>);
export type LinkName = (typeof names)[number];

const GIGA = 1e9;
const PER_NANO = 1e-9;

let known: ReadonlyMap<string, LinkType> | undefined;

/** Every link of presets/links.yaml. Read once. */
export function linkTypes(): ReadonlyMap<string, LinkType> {
  known ??= new Map(
    Object.entries(check(fileSchema, presetDocument("links.yaml"))).map(([name, each]) => {
      const { bandwidth, energy, low, high, latency, source, year } = each as z.output<typeof row>;
      const link = { energy: { value: energy, low, high }, latency: latency * PER_NANO, source, year };
      return [name, deepFreeze({ name, bandwidth: bandwidth * GIGA, ...link })];
    }),
  );
  return known;
}

/** What joins the dies of a package. */
export function linkNameOf({ kind, bonding, interposer }: Package): LinkName {
  return kind === "3d" ? bonding!.method : interposer!.type;
}

/** A link of a product: what its file says, else by its type. */
export function dieLinkOf(of: Package): Pick<LinkType, "bandwidth" | "latency"> & { readonly energy: number } {
  const type = linkTypes().get(linkNameOf(of))!;
  const { bandwidth = type.bandwidth, latency = type.latency, energy = type.energy.value } = of.link ?? {};
  return { bandwidth, latency, energy };
}

/** How the traffic of one level crosses between dies. */
export interface Crossing {
  /** Of the bytes that come from the level, how many cross a link: more than 1 where several dies get each; and of those that go to it. */
  readonly reads: number;
  readonly writes: number;
  /** What all links give the level, over the bandwidth of one, each way. */
  readonly readLinks: number;
  readonly writeLinks: number;
}

const STILL: Crossing = { reads: 0, writes: 0, readLinks: Infinity, writeLinks: Infinity };

/** What of a machine says which links its ports cross. */
export type LinkedMachine = Pick<
  Hardware,
  "localBuffer" | "globalBuffer" | "multicast" | "cores" | "clock" | "package"
> & { readonly dram: Pick<Dram, "port"> | null };

/**
 * Traffic of global buffer and DRAM that crosses between dies; the level's own die and that of the level below decide:
 *
 *   on different dies        all of it. n dies below have a link each: n links give and take, but a word that is read for all cores (multicast) goes
 *                            over every link, so that n times the bytes cross and one link's bandwidth is left
 *   on the same n dies       each holds a part, so that (n − 1) / n of it comes from another; with multicast each word goes to the n − 1 others
 *
 * Multicast is taken to mean every word, which is an upper bound. Of memory on top of logic the level is DRAM, and its die the upper one; of
 * other memory it is the die with the PHY.
 */
export function crossings(machine: LinkedMachine): { readonly global: Crossing; readonly dram: Crossing } {
  if (!isStack(machine)) return { global: STILL, dram: STILL };
  const has = partsOf(machine);
  const between = (above: DiePart, isShared: boolean): Crossing =>
    has.has(above) ? crossing(machine, above, partBelow(machine, above), isShared) : STILL;
  return {
    global: between("globalBuffer", machine.multicast),
    dram: between(has.has("dram") ? "dram" : "phy", false),
  };
}

function crossing(machine: LinkedMachine, above: DiePart, below: DiePart, isShared: boolean): Crossing {
  const { dies } = machine.package!;
  const [from, to] = [holderOf(machine, above), holderOf(machine, below)];
  const n = to === null ? dieCountOf(machine.package!) : dies[to]!.count;
  if (from !== to) {
    return isShared
      ? { reads: n, writes: 1, readLinks: 1, writeLinks: n }
      : { reads: 1, writes: 1, readLinks: n, writeLinks: n };
  }
  if (n === 1) return STILL;
  const away = (n - 1) / n;
  return isShared
    ? { reads: n - 1, writes: away, readLinks: 1 / away, writeLinks: n / away }
    : { reads: away, writes: away, readLinks: n / away, writeLinks: n / away };
}

/** Ports of the levels as they are reached over the links between dies. */
export interface Ports {
  readonly local: Port | null;
  readonly global: Port | null;
  readonly dram: Port | null;
}

const portsKnown = new WeakMap<LinkedMachine, Ports>();

/** Ports that everything is timed with: those of the levels, no faster than the links that their traffic crosses, later by the latency of one. */
export function portsOf(machine: LinkedMachine): Ports {
  const before = portsKnown.get(machine);
  if (before !== undefined) return before;
  const { localBuffer, globalBuffer, dram } = machine;
  const plain = { local: localBuffer?.port ?? null, global: globalBuffer?.port ?? null, dram: dram?.port ?? null };
  const ports = isStack(machine) ? linkedPorts(machine, plain) : plain;
  portsKnown.set(machine, ports);
  return ports;
}

function linkedPorts(machine: LinkedMachine, plain: Ports): Ports {
  const by = crossings(machine);
  return {
    local: plain.local,
    global: plain.global && linked(plain.global, by.global, machine),
    dram: plain.dram && linked(plain.dram, by.dram, machine),
  };
}

function linked(port: Port, { reads, readLinks, writeLinks }: Crossing, machine: LinkedMachine): Port {
  if (reads === 0) return port;
  const { bandwidth, latency } = dieLinkOf(machine.package!);
  const rate = (links: number): Rate =>
    bandwidth === Infinity
      ? UNLIMITED
      : toRate({ per: "second", bytesPerSecond: Math.max(1, Math.floor(bandwidth * links)) }, machine.clock);
  const { reads: own } = port;
  const down = (each: Rate): Rate => slower(each, rate(readLinks));
  return {
    ...port,
    ...(own === undefined
      ? {}
      : { reads: { ...own, input: down(own.input), weight: down(own.weight), output: down(own.output) } }),
    read: slower(port.read, rate(readLinks)),
    write: slower(port.write, rate(writeLinks)),
    latency: port.latency + Math.ceil(latency * machine.clock),
  };
}

/** The lower of two rates; one of no cycles has no limit. */
function slower(a: Rate, b: Rate): Rate {
  if (a.cycles === 0 || b.cycles === 0) return a.cycles === 0 ? b : a;
  return a.bytes * b.cycles <= b.bytes * a.cycles ? a : b;
}
