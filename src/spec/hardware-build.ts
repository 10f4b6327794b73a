import { toRate, type Bandwidth, type Hertz } from "../units/index.ts";
import { deepFreeze } from "./freeze.ts";
import type { Buffer, Dataflow, Dram, Hardware, Port } from "./hardware.ts";
import type { RawHardware } from "./hardware-schema.ts";

interface RawPort {
  readonly bandwidth: Bandwidth | { readonly read: Bandwidth; readonly write: Bandwidth };
  readonly shared: boolean;
  readonly latency: number;
}

export function listOfDataflows(dataflow: Dataflow | readonly Dataflow[]): readonly Dataflow[] {
  return typeof dataflow === "string" ? [dataflow] : [...new Set(dataflow)];
}

function buildPort({ bandwidth, shared, latency }: RawPort, clock: Hertz): Port {
  const { read, write } = "per" in bandwidth ? { read: bandwidth, write: bandwidth } : bandwidth;
  return { read: toRate(read, clock), write: toRate(write, clock), shared, latency };
}

function buildBuffer(raw: NonNullable<RawHardware["localBuffer"]>, clock: Hertz): Buffer {
  const { size, accessWidth, rounding, doubleBuffer } = raw;
  return { size, port: buildPort(raw, clock), accessWidth, rounding, doubleBuffer };
}

function buildDram(raw: NonNullable<RawHardware["dram"]>, clock: Hertz): Dram {
  const { capacity, accessWidth, rounding } = raw;
  const type = raw.type === "idealised" ? null : raw.type;
  return { type, capacity, port: buildPort(raw, clock), accessWidth, rounding };
}

/** Resolves what depends on other fields: bandwidths per second by the clock, lanes by the rows. */
export function buildHardware(raw: RawHardware): Hardware {
  const { lanes, cyclesPerElement } = raw.vector;
  const { overlap } = raw.vector;
  const rest = overlap === "transfers" ? { cyclesPerElement } : { cyclesPerElement, overlap };
  return deepFreeze({
    ...raw,
    array: { ...raw.array, dataflow: listOfDataflows(raw.array.dataflow) },
    vector: lanes === "rows" ? { lanes: raw.array.rows, lanesFollow: "rows" as const, ...rest } : { lanes, ...rest },
    localBuffer: raw.localBuffer ? buildBuffer(raw.localBuffer, raw.clock) : null,
    globalBuffer: raw.globalBuffer ? buildBuffer(raw.globalBuffer, raw.clock) : null,
    energy: raw.energy ?? null,
    dram: raw.dram ? buildDram(raw.dram, raw.clock) : null,
  });
}
