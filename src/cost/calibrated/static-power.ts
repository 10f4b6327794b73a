import { outsideDomain } from "../../metrics/index.ts";
import type { Buffer, Hardware } from "../../spec/hardware.ts";
import { MILLIWATTS_PER_WATT } from "../constants.ts";
import { soldGigabytes } from "../../spec/dram-sold.ts";
import { dramType } from "../dram.ts";
import { factor, type FactorValues } from "../factors.ts";
import type { Area, StaticPower, Unknown } from "../types.ts";
import { calibratedArea } from "./area.ts";
import { memorySizes } from "./buffers.ts";
import { partContexts, type Context, type PartContexts } from "./node.ts";
import { sramLeakage } from "./sram.ts";

/** Static powers, W; Unknown where the chip has no area, or a power is no finite number. */
export function calibratedStaticPower(hardware: Hardware, factors: FactorValues): StaticPower | Unknown {
  const at = partContexts(hardware, factors);
  if ("total" in at) return at;
  const area = calibratedArea(hardware, factors);
  return area.total === null ? area : staticPowerOf(hardware, area, at);
}

const LOGIC = ["mac", "registers", "vector", "noc", "controller"] as const;

/**
 * Die: SRAM leakage by capacity + logic leakage · logic area; idle keeps the share `gatedLeakage`, and all of the global buffer's
 * where that is the only place for the weights (`withoutDram`), also in the hours without use.
 * DRAM: background power per GB by state; idealised memory, which has no type, has none, whatever its capacity.
 */
export function staticPowerOf(hardware: Hardware, area: Area, at: PartContexts): StaticPower | Unknown {
  const { factors } = at.arrays;
  let logic = 0;
  for (const part of LOGIC) logic += area.parts[part] ?? 0;
  const buffers = bufferLeakage(hardware, at);
  const logicLeakage = (logic * factor(factors, "logicLeakage")) / MILLIWATTS_PER_WATT;
  const gated = factor(factors, "gatedLeakage");
  const kept = hardware.withoutDram === true ? globalBufferLeakage(hardware, at) : 0;
  const type = hardware.dram === null ? null : dramType(hardware.dram.type);
  const gigabytes = hardware.dram === null || type === null ? 0 : soldGigabytes(hardware.dram.capacity);
  if (gigabytes === Infinity)
    return { total: null, reason: "DRAM of unlimited capacity has no background power; dram.capacity gives it one" };
  const perGigabyte = (gigabytes * factor(factors, "dramBackgroundLevel")) / MILLIWATTS_PER_WATT;
  const power: StaticPower = {
    dieActive: buffers + logicLeakage,
    dieIdle: (buffers - kept + logicLeakage) * gated + kept,
    dieOff: kept,
    dramActive: (type?.activePower ?? 0) * perGigabyte,
    dramStandby: (type?.standbyPower ?? 0) * perGigabyte,
    dramSelfRefresh: (type?.selfRefreshPower ?? 0) * perGigabyte,
  };
  const [bad] = Object.entries(power).filter(([, watts]) => outsideDomain(watts) !== null);
  return bad === undefined ? power : { total: null, reason: `static power: ${bad[0]} ${outsideDomain(bad[1])!}` };
}

function bufferLeakage(hardware: Hardware, at: PartContexts): number {
  const local = hardware.cores * leakageOf(hardware.localBuffer, at.localBuffers);
  return local + globalBufferLeakage(hardware, at);
}

function globalBufferLeakage({ globalBuffer }: Hardware, at: PartContexts): number {
  return leakageOf(globalBuffer, at.globalBuffer);
}

function leakageOf(buffer: Buffer | null, context: Context): number {
  return memorySizes(buffer).reduce((sum, bytes) => sum + sramLeakage(bytes, context), 0);
}
