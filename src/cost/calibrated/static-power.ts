import type { Hardware } from "../../spec/hardware.ts";
import { MILLIWATTS_PER_WATT } from "../constants.ts";
import { dramType, soldGigabytes } from "../dram.ts";
import { factor, type FactorValues } from "../factors.ts";
import type { Area, StaticPower, Unknown } from "../types.ts";
import { calibratedArea } from "./area.ts";
import { memorySizes } from "./buffers.ts";
import { nodeScaling, type Context } from "./node.ts";
import { sramLeakage } from "./sram.ts";

/** Static powers, W; Unknown where the chip has no area. */
export function calibratedStaticPower(hardware: Hardware, factors: FactorValues): StaticPower | Unknown {
  const node = nodeScaling(hardware.node);
  if ("total" in node) return node;
  const area = calibratedArea(hardware, factors);
  return area.total === null ? area : staticPowerOf(hardware, area, { factors, node });
}

const LOGIC = ["mac", "registers", "vector", "noc", "controller"] as const;

/**
 * Die: SRAM leakage by capacity + logic leakage · logic area; idle keeps the share `gatedLeakage`.
 * DRAM: background power per GB by state; idealised memory, which has no type, has none.
 */
export function staticPowerOf(hardware: Hardware, area: Area, context: Context): StaticPower {
  const { factors } = context;
  let logic = 0;
  for (const part of LOGIC) logic += area.parts[part] ?? 0;
  const dieActive = bufferLeakage(hardware, context) + (logic * factor(factors, "logicLeakage")) / MILLIWATTS_PER_WATT;
  const type = hardware.dram === null ? null : dramType(hardware.dram.type);
  const gigabytes = hardware.dram === null ? 0 : soldGigabytes(hardware.dram.capacity);
  const perGigabyte = (gigabytes * factor(factors, "dramBackgroundLevel")) / MILLIWATTS_PER_WATT;
  return {
    dieActive,
    dieIdle: dieActive * factor(factors, "gatedLeakage"),
    dramActive: (type?.activePower ?? 0) * perGigabyte,
    dramStandby: (type?.standbyPower ?? 0) * perGigabyte,
    dramSelfRefresh: (type?.selfRefreshPower ?? 0) * perGigabyte,
  };
}

function bufferLeakage(hardware: Hardware, context: Context): number {
  const of = (sizes: readonly number[]): number => sizes.reduce((sum, bytes) => sum + sramLeakage(bytes, context), 0);
  return hardware.cores * of(memorySizes(hardware.localBuffer)) + of(memorySizes(hardware.globalBuffer));
}
