import * as z from "zod";
import type { Bandwidth, KilogramsCO2e, Seconds } from "../units/index.ts";
import { bandwidth, oneOf, quantity, refuse, section, whole } from "./fields.ts";

/** How devices are joined: neighbours in a ring, each pair by links of its own, or all of them by switches. */
export const TOPOLOGIES = ["ring", "full", "switch"] as const;
export type Topology = (typeof TOPOLOGIES)[number];

/** What joins a device with others of its kind. */
export interface Link {
  /** Bytes a second that one device sends, all its links together, one direction. */
  readonly bandwidth: number;
  /** Share of it that collectives keep, (0, 1]. */
  readonly efficiency: number;
  /** Of a collective of two devices in one step. */
  readonly latency: Seconds;
  /** More for each further device. */
  readonly perDevice: Seconds;
  /** More for a second step (reduce-scatter, then all-gather). */
  readonly twoShot: Seconds;
  /** pJ for each byte that is sent. */
  readonly energy: number;
  readonly topology: Topology;
  /** Devices that it joins at most. */
  readonly devices: number;
  /** Embodied, of one device's part of cables and switches. */
  readonly carbon: KilogramsCO2e;
}

const seconds = quantity("time", { min: 0, max: 10 });

/** bytes/s that do not depend on any clock. */
const bytesPerSecond = bandwidth().transform((value: Bandwidth, ctx): number =>
  value.per === "second"
    ? value.bytesPerSecond
    : refuse(ctx, "spec/wrong-unit", 'must be bytes a second, for example "450 GB/s" or "12.5 MB/s"'),
);

/** Fields that `--set` changes too: one definition for both. */
export const linkFields = {
  bandwidth: bytesPerSecond.describe('One direction, all links of a device together, for example "450 GB/s"'),
  efficiency: quantity("fraction", { min: 0.001, max: 1 }),
  latency: seconds,
  perDevice: seconds,
  twoShot: seconds,
  energy: quantity("energy-per-byte", { min: 0, max: 1e6 }),
  topology: oneOf(TOPOLOGIES),
  devices: whole(2, 65_536),
  carbon: quantity("mass", { min: 0, max: 1e6 }),
};

const f = linkFields;

/** `link:` of a hardware file, as written. */
export const linkSchema = section({
  bandwidth: f.bandwidth,
  efficiency: f.efficiency.default(1).describe("Share of it that collectives keep"),
  latency: f.latency.default(0).describe("Of a collective of two devices in one step, or of one message"),
  perDevice: f.perDevice.default(0).describe("More for each further device"),
  twoShot: f.twoShot.optional().describe("More for a second step; as latency where left out"),
  energy: f.energy.default(0).describe("Of what is sent, for example 5 pJ/bit"),
  topology: f.topology.default("switch").describe("ring: neighbours; full: every pair has links of its own; switch"),
  devices: f.devices.default(8).describe("Devices that it joins at most"),
  carbon: f.carbon.default(0).describe("Embodied carbon of one device's part of it"),
});

export function linkOf({ twoShot, ...raw }: z.output<typeof linkSchema>): Link {
  return { ...raw, twoShot: twoShot ?? raw.latency };
}
