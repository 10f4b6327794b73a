import type { Hardware } from "./hardware.ts";
import { linkFields, linkOf, linkSchema, type Link } from "./link.ts";
import { refusal, setPath, type Refusal, type SetPath, type SpecSet } from "./settings.ts";

type Change = (specs: SpecSet, change: Partial<Hardware>) => SpecSet;

/** The bandwidth makes a link where there is none, with the defaults of a file; what else it is like belongs to one that is there. */
function withLink(specs: SpecSet, change: Partial<Link>, withHardware: Change): SpecSet | Refusal {
  const before = specs.hardware.link;
  if (before !== undefined) return withHardware(specs, { link: { ...before, ...change } });
  if (change.bandwidth === undefined) return refusal("cannot be set: this hardware has no link; set link.bandwidth");
  return withHardware(specs, { link: { ...linkOf(linkSchema.parse({ bandwidth: "1 GB/s" })), ...change } });
}

/** Settable fields of the links between devices. */
export function linkPaths(withHardware: Change): readonly SetPath[] {
  const linked = (specs: SpecSet, change: Partial<Link>): SpecSet | Refusal => withLink(specs, change, withHardware);
  return [
    setPath(
      "link.bandwidth",
      "What a device sends to others, one direction",
      "450 GB/s",
      linkFields.bandwidth,
      (specs, bandwidth) => linked(specs, { bandwidth }),
    ),
    setPath(
      "link.efficiency",
      "Share of the link's bandwidth that collectives keep",
      "74 %",
      linkFields.efficiency,
      (specs, efficiency) => linked(specs, { efficiency }),
    ),
    setPath(
      "link.latency",
      "Of a collective of two devices in one step, or of one message",
      "2 us",
      linkFields.latency,
      (specs, latency) => linked(specs, { latency }),
    ),
    setPath("link.perDevice", "Latency for each further device", "0.1 us", linkFields.perDevice, (specs, perDevice) =>
      linked(specs, { perDevice }),
    ),
    setPath("link.twoShot", "Latency of a second step", "4 us", linkFields.twoShot, (specs, twoShot) =>
      linked(specs, { twoShot }),
    ),
    setPath("link.energy", "Of what a link sends", "5 pJ/bit", linkFields.energy, (specs, energy) =>
      linked(specs, { energy }),
    ),
    setPath("link.topology", "ring, full or switch", "ring", linkFields.topology, (specs, topology) =>
      linked(specs, { topology }),
    ),
    setPath("link.devices", "Devices that a link joins at most", "8", linkFields.devices, (specs, devices) =>
      linked(specs, { devices }),
    ),
    setPath(
      "link.carbon",
      "Embodied carbon of one device's part of the link",
      "3 kgCO2e",
      linkFields.carbon,
      (specs, carbon) => linked(specs, { carbon }),
    ),
  ];
}
