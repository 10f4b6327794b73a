import { bandwidthOf, soldCapacities, soldCounts } from "../spec/dram-sold.ts";
import { GIBIBYTE, MILLIWATTS_PER_WATT } from "./constants.ts";
import { dramType } from "./dram.ts";

/** A capacity of one type as it can be bought, and what follows from it. */
export interface DramChoice {
  readonly type: string;
  readonly capacity_B: number;
  /** Numbers of dies (HBM: stacks) that it is sold as. */
  readonly dies: readonly number[];
  /** Least and most over dies and their widths, bytes a second. */
  readonly bandwidth_Bps: readonly [number, number];
  readonly standbyPower_W: number;
  readonly selfRefreshPower_W: number;
  readonly carbon_kgCO2e: number;
}

/**
 * Every capacity of one type that is sold, smallest first.
 * @throws CostError `cost/unknown-dram-type`
 */
export function dramChoices(name: string): readonly DramChoice[] {
  const type = dramType(name)!;
  const { sold } = type;
  return soldCapacities(sold).map((gigabytes) => {
    const dies = soldCounts(sold, gigabytes);
    const bits = dies.flatMap((count) => sold.dieWidths.map((width) => width * count));
    const watts = (milliwattsPerGigabyte: number): number => (gigabytes * milliwattsPerGigabyte) / MILLIWATTS_PER_WATT;
    return {
      type: name,
      capacity_B: gigabytes * GIBIBYTE,
      dies,
      bandwidth_Bps: [bandwidthOf(sold, Math.min(...bits)), bandwidthOf(sold, Math.max(...bits))],
      standbyPower_W: watts(type.standbyPower),
      selfRefreshPower_W: watts(type.selfRefreshPower),
      carbon_kgCO2e: gigabytes * type.carbonPerGB.value,
    };
  });
}
