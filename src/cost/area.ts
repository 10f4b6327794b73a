import type { Hardware } from "../spec/hardware.ts";
import type { Technology } from "../spec/technology.ts";
import { calibratedArea } from "./calibrated/area.ts";
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
  return statedArea(hardware, modelled) ?? modelled(hardware);
}

/** The same by the tables alone, whatever is stated. */
export function modelledArea(hardware: Hardware, technology: Technology): Area | Unknown {
  const factors = factorsOf(technology);
  return technology.profile === "published" ? publishedArea(hardware, factors) : calibratedArea(hardware, factors);
}
