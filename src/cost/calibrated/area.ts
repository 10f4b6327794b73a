import { pesOf, type Buffer, type Hardware } from "../../spec/hardware.ts";
import { dieCountOf, holderOf, isStack, partsOf } from "../../spec/stack.ts";
import { breakdown, known } from "../../metrics/index.ts";
import { SQUARE_MICROMETRES_PER_MM2 } from "../constants.ts";
import { dramInterfaces } from "../dram-interface.ts";
import { dramType } from "../dram.ts";
import { factor, type FactorValues } from "../factors.ts";
import type { Area, Unknown } from "../types.ts";
import { idealisedBuffer, memorySizes, portBits, rateBits } from "./buffers.ts";
import { components, macScale, registerBits } from "./components.ts";
import { partContexts, type Context } from "./node.ts";
import { sramArea } from "./sram.ts";

/** Area, energy and static power of one design all need its area. Hardware and factors are frozen, so identity is equality. */
const lastArea = new WeakMap<Hardware, { readonly factors: FactorValues; readonly area: Area | Unknown }>();

/**
 * Die area, mm2: MACs by precision, registers, buffers with their ports, vector lanes, network, DRAM controller and PHY.
 * Logic scales with the node by the area factors of Stillmaker and Baas, SRAM by published cells, the PHY not at all. Of several dies: all of
 * them, each part at its die's node; memory on top of logic needs no PHY.
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
  const at = partContexts(hardware, factors);
  if ("total" in at) return at;
  const { localBuffer, globalBuffer } = hardware;
  const idealised = idealisedBuffer("localBuffer", localBuffer) ?? idealisedBuffer("globalBuffer", globalBuffer);
  if (idealised) return { total: null, reason: `${idealised}, so that the chip has no area` };
  const mac = macArea(hardware, at.arrays);
  const registers = registersArea(hardware, at.arrays);
  const vector = vectorArea(hardware, at.vector);
  const localBuffers = hardware.cores * levelArea(localBuffer, at.localBuffers);
  const global = levelArea(globalBuffer, at.globalBuffer);
  const wired = wiredArea(hardware, mac + registers + vector + localBuffers, global);
  const noc = networkArea(globalBuffer, Math.sqrt(wired.area), factors) * wired.dies;
  const interfaces = dramInterfacesOf(hardware);
  const controller = controllerArea(hardware, interfaces, at.phy);
  const phy = partsOf(hardware).has("dram") && isStack(hardware) ? 0 : phyArea(hardware, interfaces, factors);
  const parts = { mac, registers, vector, localBuffers, globalBuffer: global, noc, controller, phy };
  return known("the area of the die", breakdown(parts));
}

/** Die over which the wires of the global buffer go, mm2 of one, and how many there are: the chip, or the die with the arrays. */
function wiredArea(
  hardware: Hardware,
  cores: number,
  global: number,
): { readonly area: number; readonly dies: number } {
  if (!isStack(hardware)) return { area: cores + global, dies: 1 };
  const { dies } = hardware.package!;
  const at = holderOf(hardware, "arrays");
  const count = at === null ? dieCountOf(hardware.package!) : dies[at]!.count;
  const own = at === holderOf(hardware, "globalBuffer") ? cores + global : cores;
  return { area: own / count, dies: count };
}

function macArea(hardware: Hardware, { factors, node }: Context): number {
  const pes = pesOf(hardware);
  const scale = macScale(hardware.precision, "area");
  return (pes * factor(factors, "macArea") * scale * node.logicArea) / SQUARE_MICROMETRES_PER_MM2;
}

function registersArea(hardware: Hardware, { factors, node }: Context): number {
  const perBit = components().registerArea * factor(factors, "registerAreaLevel");
  return (hardware.cores * registerBits(hardware) * perBit * node.logicArea) / SQUARE_MICROMETRES_PER_MM2;
}

function vectorArea(hardware: Hardware, { factors, node }: Context): number {
  const lanes = hardware.cores * hardware.vector.lanes;
  return (lanes * factor(factors, "vectorLaneArea") * node.logicArea) / SQUARE_MICROMETRES_PER_MM2;
}

function levelArea(buffer: Buffer | null, context: Context): number {
  if (buffer === null) return 0;
  const bits = portBits(buffer);
  let sum = 0;
  for (const bytes of memorySizes(buffer)) sum += sramArea(bytes, bits, context);
  return sum;
}

/** Silicon under the repeaters of the global buffer's wires: bits each way · length of the chip's side · area per bit and mm. */
function networkArea(globalBuffer: Buffer | null, side: number, factors: FactorValues): number {
  if (globalBuffer === null) return 0;
  const bits = rateBits(globalBuffer.port.read) + rateBits(globalBuffer.port.write);
  return (bits * side * components().nocWireArea * factor(factors, "nocAreaLevel")) / SQUARE_MICROMETRES_PER_MM2;
}

const PER_MILLION = 1e6;

function dramInterfacesOf({ dram, clock }: Hardware): number {
  const type = dram === null ? null : dramType(dram.type);
  return dram === null || type === null ? 0 : dramInterfaces(dram, type.sold, clock);
}

/** By transistor count and logic density. */
function controllerArea({ dram }: Hardware, interfaces: number, { factors, node }: Context): number {
  const transistors = interfaces * (dramType(dram?.type ?? null)?.controllerTransistors ?? 0);
  return (transistors / (node.transistorDensity * PER_MILLION)) * factor(factors, "controllerAreaLevel");
}

/** The interface to the pins does not shrink with the node. */
function phyArea({ dram }: Hardware, interfaces: number, factors: FactorValues): number {
  return interfaces * (dramType(dram?.type ?? null)?.phyArea ?? 0) * factor(factors, "phyAreaLevel");
}
