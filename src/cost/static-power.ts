import type { Hardware } from "../spec/hardware.ts";
import type { Technology } from "../spec/technology.ts";
import { calibratedStaticPower } from "./calibrated/static-power.ts";
import { factorsOf } from "./factors.ts";
import type { StaticPower, Unknown } from "./types.ts";

const NONE: StaticPower = { dieActive: 0, dieIdle: 0, dieOff: 0, dramActive: 0, dramStandby: 0, dramSelfRefresh: 0 };

/** Leakage of the die and background power of the memory by state, W. Profile `published` charges none. */
export function staticPower(hardware: Hardware, technology: Technology): StaticPower | Unknown {
  const factors = factorsOf(technology);
  return technology.profile === "published" ? NONE : calibratedStaticPower(hardware, factors);
}
