import { breakdown, known } from "../metrics/index.ts";
import { soldCounts, soldDrams, soldGigabytes } from "../spec/dram-sold.ts";
import type { Hardware } from "../spec/hardware.ts";
import { isStack } from "../spec/stack.ts";
import { areasOfDies } from "./calibrated/dies.ts";
import { BITS_PER_BYTE } from "./constants.ts";
import type { Area, Unknown } from "./types.ts";

/**
 * Area of the dies of a chip whose die is stated, mm2: of all its dies, without memory.
 *
 *   area = dies · stated · (model of the machine / model of the machine that it is stated of) + Σ other dies
 *
 * The ratio is 1 until a setting changes the machine. After that the whole die is taken to grow with the part of it that is modelled.
 *
 * @param modelled area of a machine by the tables
 * @returns        null where no die area is stated
 */
export function statedArea(
  hardware: Hardware,
  modelled: (hardware: Hardware) => Area | Unknown,
): Area | Unknown | null {
  const { silicon } = hardware;
  if (silicon === undefined) return null;
  const others = Object.fromEntries((silicon.otherDies ?? []).map(({ name, count, area }) => [name, count * area]));
  if (silicon.dieArea === undefined) {
    if (silicon.otherDies === undefined) return null;
    const own = modelled(hardware);
    return own.total === null ? own : known("the area of the dies", breakdown({ ...own.parts, ...others }));
  }
  const ratio = changeSince(hardware, modelled);
  if (typeof ratio !== "number") return ratio;
  const die = (silicon.dies ?? 1) * silicon.dieArea * ratio;
  return known("the area of the dies", breakdown({ die, ...others }));
}

function changeSince(hardware: Hardware, modelled: (hardware: Hardware) => Area | Unknown): number | Unknown {
  const before = hardware.silicon?.statedOf;
  if (before === undefined) return 1;
  const [now, then] = [modelled(hardware), modelled(before)];
  if (now.total === null) return now;
  if (then.total === null) return then;
  return now.total / then.total;
}

/** Dies that hold the cores, in one package. */
export function dieCount({ silicon }: Hardware): number {
  return silicon?.dies ?? 1;
}

/** mm2 of one die that holds cores, and of one of each of the others. */
export function largestDie(area: Area, hardware: Hardware): number {
  if (isStack(hardware)) return Math.max(...areasOfDies(hardware, area));
  const others = hardware.silicon?.otherDies ?? [];
  return Math.max(coreDieArea(area, hardware), ...others.map((die) => die.area));
}

/** mm2 of one die that holds cores. */
export function coreDieArea(area: Area, hardware: Hardware): number {
  const others = hardware.silicon?.otherDies ?? [];
  const total = others.length === 0 ? area.total : coresTotal(area, new Set(others.map(({ name }) => name)));
  return total / dieCount(hardware);
}

function coresTotal({ parts }: Area, others: ReadonlySet<string>): number {
  return Object.entries(parts).reduce((sum, [name, mm2]) => (others.has(name) ? sum : sum + mm2), 0);
}

/** Cores of one die, made and sold; null: every one must work. */
export function harvestOf({ silicon, cores }: Hardware): { readonly made: number; readonly sold: number } | null {
  if (silicon?.unitsMade === undefined) return null;
  const dies = silicon.dies ?? 1;
  const sold = Math.ceil(cores / dies);
  const share = silicon.unitsMade / (silicon.statedOf?.cores ?? cores);
  const made = Math.round((share * cores) / dies);
  return made > sold ? { made, sold } : null;
}

/** Stacks of memory that stand beside the dies: the fewest that the capacity is sold as; 0: its memory is not stacked. */
export function memoryStacks({ dram }: Hardware): number {
  if (dram?.type?.startsWith("HBM") !== true) return 0;
  if (dram.dies !== undefined) return dram.dies;
  const sold = soldDrams().get(dram.type)!;
  const gigabytes = soldGigabytes(dram.capacity);
  const [fewest] = soldCounts(sold, gigabytes);
  return fewest ?? Math.ceil((gigabytes * BITS_PER_BYTE) / sold.densities[0]!);
}
