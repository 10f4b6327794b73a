import {
  soldGigabytes,
  TOWER_NAMES,
  type Buffer,
  type ModelSpec,
  type SpecSet,
  type Tower,
  type TowerName,
} from "../spec/index.ts";
import { formatRate, formatSize } from "../units/index.ts";

/** The chip in few words: "1 × 256×8, L 64 KiB at 128 B/cycle, G 2 MiB"; with memory where dies are bought: "1 × 4 Gbit LPDDR4". */
export function hardwareLabel({ hardware }: Pick<SpecSet, "hardware">): string {
  const { cores, array, localBuffer, globalBuffer, dram, withoutDram } = hardware;
  const parts = [`${cores} × ${array.rows}×${array.cols}`];
  if (localBuffer !== null) parts.push(`L ${sizeOf(localBuffer)} at ${formatRate(localBuffer.port.read)}`);
  if (globalBuffer !== null) parts.push(`G ${sizeOf(globalBuffer)}`);
  if (dram?.dies !== undefined) {
    const gigabits = (8 * soldGigabytes(dram.capacity)) / dram.dies;
    parts.push(`${dram.dies} × ${gigabits} Gbit ${dram.type}`);
  }
  if (withoutDram) parts.push("no DRAM");
  return parts.join(", ");
}

function sizeOf({ size }: Buffer): string {
  return formatSize(typeof size === "number" ? size : size.input + size.weight + size.output);
}

/** The model in few words, layers × hidden / FFN / heads: "text 12×512/2048/8, vision 12×768/3072/12". */
export function towersLabel(model: ModelSpec): string {
  if (model.family === "towers") return model.towers.map(towersLabel).join(", ");
  if (model.family === "operators") return `${model.operators.length} operators`;
  const towers: Partial<Record<TowerName, Tower>> = model;
  return TOWER_NAMES.flatMap((name) =>
    towers[name] === undefined ? [] : [`${name} ${towerLabel(towers[name])}`],
  ).join(", ");
}

function towerLabel({ layers, hidden, ffn, heads }: Tower): string {
  return `${layers}×${hidden}/${range(ffn)}/${range(heads)}`;
}

/** One number where all layers are equal, else the least and the most. */
function range(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? String(least) : `${least}–${most}`;
}
