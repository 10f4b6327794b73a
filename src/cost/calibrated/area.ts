import type { Buffer, Hardware } from "../../spec/hardware.ts";
import { breakdown } from "../breakdown.ts";
import { SQUARE_MICROMETRES_PER_MM2 } from "../constants.ts";
import { dramInterfaces } from "../dram-choice.ts";
import { dramType } from "../dram.ts";
import { factor, type FactorValues } from "../factors.ts";
import type { Area, Unknown } from "../types.ts";
import { idealisedBuffer, memorySizes, portBits, rateBits } from "./buffers.ts";
import { components, macScale, registerBits } from "./components.ts";
import { nodeScaling, type Context } from "./node.ts";
import { sramArea } from "./sram.ts";

/** Area, energy and static power of one design all need its area. Hardware and factors are frozen, so identity is equality. */
const lastArea = new WeakMap<Hardware, { readonly factors: FactorValues; readonly area: Area | Unknown }>();

/**
 * Die area, mm2: MACs by precision, registers, buffers with their ports, vector lanes, network, DRAM controller and PHY.
 * Logic scales with the node by the area factors of Stillmaker and Baas, SRAM by published cells, the PHY not at all.
 * @returns Unknown for a node without scaling and for idealised buffers
 */
export function calibratedArea(hardware: Hardware, factors: FactorValues): Area | Unknown {
  const known = lastArea.get(hardware);
  if (known?.factors === factors) return known.area;
  const area = computeArea(hardware, factors);
  lastArea.set(hardware, { factors, area });
  return area;
}

function computeArea(hardware: Hardware, factors: FactorValues): Area | Unknown {
  const node = nodeScaling(hardware.node);
  if ("total" in node) return node;
  const idealised =
    idealisedBuffer("localBuffer", hardware.localBuffer) ?? idealisedBuffer("globalBuffer", hardware.globalBuffer);
  if (idealised) return { total: null, reason: `${idealised}, so that the chip has no area` };
  const context = { factors, node };
  const parts = { ...logicArea(hardware, context), ...bufferAreas(hardware, context) };
  return breakdown({ ...parts, noc: networkArea(hardware, context, parts), ...memoryInterfaceArea(hardware, context) });
}

/** Area of MACs, registers and vector lanes, mm2. */
function logicArea(hardware: Hardware, { factors, node }: Context): Record<string, number> {
  const { multiplierAreaShare, registerArea } = components();
  const pes = hardware.cores * hardware.arraysPerCore * hardware.array.rows * hardware.array.cols;
  const scale = node.logicArea / SQUARE_MICROMETRES_PER_MM2;
  const register = registerArea * factor(factors, "registerAreaLevel");
  return {
    mac: pes * factor(factors, "macArea") * macScale(hardware.precision, multiplierAreaShare) * scale,
    registers: hardware.cores * registerBits(hardware) * register * scale,
    vector: hardware.cores * hardware.vector.lanes * factor(factors, "vectorLaneArea") * scale,
  };
}

function bufferAreas(hardware: Hardware, context: Context): Record<string, number> {
  return {
    localBuffers: hardware.cores * levelArea(hardware.localBuffer, context),
    globalBuffer: levelArea(hardware.globalBuffer, context),
  };
}

function levelArea(buffer: Buffer | null, context: Context): number {
  if (buffer === null) return 0;
  const bits = portBits(buffer);
  return memorySizes(buffer).reduce((sum, bytes) => sum + sramArea(bytes, bits, context), 0);
}

/** Silicon under the repeaters of the global buffer's wires: bits each way · length of the chip's side · area per bit and mm. */
function networkArea(hardware: Hardware, { factors }: Context, parts: Readonly<Record<string, number>>): number {
  if (hardware.globalBuffer === null) return 0;
  const { read, write } = hardware.globalBuffer.port;
  const bits = rateBits(read) + rateBits(write);
  const side = Math.sqrt(Object.values(parts).reduce((sum, part) => sum + part, 0));
  return (bits * side * components().nocWireArea * factor(factors, "nocAreaLevel")) / SQUARE_MICROMETRES_PER_MM2;
}

const PER_MILLION = 1e6;

/** Controller (by transistor count and density) and PHY (which does not shrink) of the DRAM interfaces. */
function memoryInterfaceArea(hardware: Hardware, { factors, node }: Context): Record<string, number> {
  const type = hardware.dram === null ? null : dramType(hardware.dram.type);
  if (hardware.dram === null || type === null) return { controller: 0, phy: 0 };
  const interfaces = dramInterfaces(hardware.dram, type, hardware.clock);
  const density = node.transistorDensity * PER_MILLION;
  return {
    controller: ((interfaces * type.controllerTransistors) / density) * factor(factors, "controllerAreaLevel"),
    phy: interfaces * type.phyArea * factor(factors, "phyAreaLevel"),
  };
}
