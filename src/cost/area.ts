import type { Hardware } from "../spec/hardware.ts";
import type { Technology } from "../spec/technology.ts";
import { calibratedArea } from "./calibrated/area.ts";
import { areasOfDies } from "./calibrated/dies.ts";
import { breakdown, known } from "../metrics/index.ts";
import { isStack } from "../spec/stack.ts";
import { factorsOf } from "./factors.ts";
import { publishedArea } from "./published/area.ts";
import { statedArea } from "./silicon.ts";
import type { Area, Unknown } from "./types.ts";

/**
 * Die area by component, mm2; the parts sum to the total. Of a chip whose die is stated: all its dies, see {@link statedArea}.
 * @returns Unknown where the node has no table, a buffer is unlimited, or a component is no finite number
 * @throws CostError for a buffer size outside the `published` table, an unknown factor or DRAM type
 */
export function dieArea(hardware: Hardware, technology: Technology): Area | Unknown {
  const modelled = (of: Hardware): Area | Unknown => modelledArea(of, technology);
  if (isStack(hardware)) return stackedArea(hardware, modelled(hardware));
  return statedArea(hardware, modelled) ?? modelled(hardware);
}

/** Of several dies, some of which may be stated: then by die, else by component. */
function stackedArea(hardware: Hardware, modelled: Area | Unknown): Area | Unknown {
  const { dies } = hardware.package!;
  if (modelled.total === null || dies.every((die) => die.area === undefined)) return modelled;
  const areas = areasOfDies(hardware, modelled);
  const parts = Object.fromEntries(dies.map(({ name, count }, at) => [name, count * areas[at]!]));
  return known("the area of the dies", breakdown(parts));
}

/** The same by the tables alone, whatever is stated. */
export function modelledArea(hardware: Hardware, technology: Technology): Area | Unknown {
  const factors = factorsOf(technology);
  return technology.profile === "published" ? publishedArea(hardware, factors) : calibratedArea(hardware, factors);
}
