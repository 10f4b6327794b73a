import { picojoulesOf } from "../../units/index.ts";
import type { EnergyCoefficients } from "../../sim/types.ts";
import type { Buffer, Hardware } from "../../spec/hardware.ts";
import { crossings, dieLinkOf } from "../../spec/die-links.ts";
import { isStack, partsOf } from "../../spec/stack.ts";
import { BITS_PER_BYTE } from "../constants.ts";
import { dramType } from "../dram.ts";
import { factor, type FactorValues } from "../factors.ts";
import type { Area, Unknown } from "../types.ts";
import { calibratedArea } from "./area.ts";
import { memorySizes } from "./buffers.ts";
import { components, macScale } from "./components.ts";
import { wireLengths } from "./dies.ts";
import { partContexts, type Context, type PartContexts } from "./node.ts";
import { sramEnergy } from "./sram.ts";
import { staticPowerOf } from "./static-power.ts";

interface ReadWrite {
  readonly read: number;
  readonly write: number;
}

/**
 * Coefficients, pJ. MAC and PE overhead by precision and node; registers per byte; buffers: SRAM access and the wires to it,
 * half of the bits switching over half of the side of the core (local) or of the chip (global); DRAM by type.
 * Wider ports make the buffers, and so the wires, larger. Of several dies: at the node of its own, wires over its own, links between them.
 */
export function calibratedCoefficients(hardware: Hardware, factors: FactorValues): EnergyCoefficients | Unknown {
  const at = partContexts(hardware, factors);
  if ("total" in at) return at;
  const { node } = at.arrays;
  const area = calibratedArea(hardware, factors);
  if (area.total === null) return area;
  const dram = dramEnergyPerByte(hardware, factors);
  if (typeof dram !== "number") return dram;
  const { registerEnergy } = components();
  const mac = factor(factors, "macEnergy") * macScale(hardware.precision, "energy");
  const register = registerEnergy * BITS_PER_BYTE * factor(factors, "registerEnergyLevel") * node.logicEnergy;
  const held = { read: register, write: register };
  const power = staticPowerOf(hardware, area, at);
  if ("total" in power) return power;
  const rise = power.dieActive + power.dramActive - power.dieIdle - power.dramStandby;
  return {
    mac: (mac + factor(factors, "peOverheadEnergy")) * node.logicEnergy,
    dram: { read: dram, write: dram },
    ...bufferCoefficients(hardware, area, at),
    ...(isStack(hardware) ? { links: linkCoefficients(hardware, factors) } : {}),
    register: held,
    accumulator: held,
    activePerCycle: picojoulesOf(rise) / hardware.clock,
  };
}

/** pJ/B of DRAM; 0 without one, Unknown for an idealised one that no factor prices. */
export function dramEnergyPerByte(hardware: Hardware, factors: FactorValues): number | Unknown {
  if (hardware.dram === null) return 0;
  const perBit = factors.dramEnergyPerBit ?? dramType(hardware.dram.type)?.energyPerBit ?? null;
  const isStacked = isStack(hardware) && partsOf(hardware).has("dram");
  if (perBit !== null) return perBit * BITS_PER_BYTE * (isStacked ? factor(factors, "stackedDramShare") : 1);
  return { total: null, reason: "idealised DRAM has no energy; technology.dramEnergyPerBit sets one" };
}

/** pJ/B of the local and the global buffer, wires included. */
export function bufferCoefficients(
  hardware: Hardware,
  area: Area,
  at: PartContexts,
): { readonly local: ReadWrite; readonly global: ReadWrite } {
  const { core, global } = wireLengths(hardware, area);
  return {
    local: levelCoefficients(hardware.localBuffer, core, at.localBuffers),
    global: levelCoefficients(hardware.globalBuffer, global, at.globalBuffer),
  };
}

/** pJ/B of what crosses between dies on its way from and to the global buffer and DRAM. */
export function linkCoefficients(
  hardware: Hardware,
  factors: FactorValues,
): { readonly global: ReadWrite; readonly dram: ReadWrite } {
  const by = crossings(hardware);
  const perByte = (factors.linkEnergy ?? dieLinkOf(hardware.package!).energy) * BITS_PER_BYTE;
  const of = ({ reads, writes }: { readonly reads: number; readonly writes: number }): ReadWrite => ({
    read: reads * perByte,
    write: writes * perByte,
  });
  return { global: of(by.global), dram: of(by.dram) };
}

/** Private memories share one coefficient: that of the largest. */
function levelCoefficients(buffer: Buffer | null, millimetres: number, context: Context): ReadWrite {
  const largest = Math.max(0, ...memorySizes(buffer));
  if (largest === 0) return { read: 0, write: 0 };
  const access = sramEnergy(largest, context);
  const wires = factor(context.factors, "wireEnergy") * BITS_PER_BYTE * components().bitActivity * millimetres;
  return { read: access.read + wires, write: access.write + wires };
}
