import { power } from "../../math/index.ts";
import { BITS_PER_BYTE, KIBIBYTE, MILLIWATTS_PER_WATT, SQUARE_MICROMETRES_PER_MM2 } from "../constants.ts";
import { factor } from "../factors.ts";
import { loadTable } from "../table.ts";
import { components } from "./components.ts";
import { interpolate, logCurve, type LogCurve } from "./interpolate.ts";
import type { Context } from "./node.ts";

const WORD_BITS = 64;
const WORD_BYTES = WORD_BITS / BITS_PER_BYTE;
const REFERENCE_NODE_NM = 22;

/** CACTI's shape at 22 nm, and how far silicon follows the node; capacities in KiB. */
interface SramCurves {
  readonly read: LogCurve;
  readonly write: LogCurve;
  readonly leakage: LogCurve;
  readonly nodeExponent: LogCurve;
  readonly exponentRange: readonly [number, number];
}

let cached: SramCurves | null = null;

function curves(): SramCurves {
  if (cached) return cached;
  const { rows } = loadTable("sram");
  const points = (name: string, bits: number): (readonly [number, number])[] =>
    rows
      .filter((row) => row.name === name && row.at["bits"] === bits)
      .map((row) => [Number(row.at["kib"]), row.value ?? NaN] as const);
  const exponents = loadTable("node").rows.filter((row) => row.name === "sramEnergyExponent");
  const exponentValues = exponents.map((row) => row.value ?? NaN);
  cached = {
    read: logCurve(points("readEnergy", WORD_BITS)),
    write: logCurve(points("writeEnergy", WORD_BITS)),
    leakage: logCurve(points("leakage", WORD_BITS)),
    nodeExponent: logCurve(exponents.map((row) => [Number(row.at["kib"]), row.value ?? NaN] as const)),
    exponentRange: [Math.min(...exponentValues), Math.max(...exponentValues)],
  };
  return cached;
}

/**
 * Energy of one byte read or written, pJ/B:
 *
 *   max(floor, CACTI energy of a 64-bit word / 8 · (node / 22)^x(capacity)) · level
 *
 * Word width is held at 64 bits: CACTI's saving for wider words was not seen in silicon. x from published 45 and 7 nm SRAM.
 * @source CACTI 7.0, 22 nm lstp; floor and x: Horowitz 2014, Jouppi 2021
 */
export function sramEnergy(bytes: number, context: Context): { readonly read: number; readonly write: number } {
  const { read, write, nodeExponent, exponentRange } = curves();
  const kib = bytes / KIBIBYTE;
  const exponent = Math.min(exponentRange[1], Math.max(exponentRange[0], interpolate(nodeExponent, kib)));
  const node = power(context.node.sramEnergyNode / REFERENCE_NODE_NM, exponent) / WORD_BYTES;
  const floor = factor(context.factors, "sramEnergyFloor");
  const level = factor(context.factors, "sramEnergyLevel");
  return {
    read: Math.max(floor, interpolate(read, kib) * node) * level,
    write: Math.max(floor, interpolate(write, kib) * node) * level,
  };
}

/**
 * Area of one memory, mm2:  bits · cell / efficiency · (port width / 64 bit)^x · level
 *
 * Cells: published bit cells of the node. x: how CACTI's area grows with the port; nothing is saved below 64 bits.
 * @param portBits  bits that the memory gives in one cycle
 */
export function sramArea(bytes: number, portBits: number, context: Context): number {
  const cells = (bytes * BITS_PER_BYTE * context.node.sramCell) / SQUARE_MICROMETRES_PER_MM2;
  const port = portAreaFactor(portBits);
  const level = factor(context.factors, "sramAreaLevel") / factor(context.factors, "sramArrayEfficiency");
  return cells * level * port;
}

/** How much larger a memory is for its port: (port width / 64 bit)^x, 1 up to 64 bits. */
export function portAreaFactor(portBits: number): number {
  return power(Math.max(1, portBits / WORD_BITS), components().sramWidthExponent);
}

/** Leakage of one memory, W, without power gating. */
export function sramLeakage(bytes: number, context: Context): number {
  const atReference = interpolate(curves().leakage, bytes / KIBIBYTE);
  return (atReference * context.node.sramLeakage * factor(context.factors, "leakageLevel")) / MILLIWATTS_PER_WATT;
}
