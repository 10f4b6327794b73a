import type { DecomposedLimit } from "./types.ts";
import { MEASURED_METRICS, METRICS, metricOfKey, type Metric, type Separation } from "../../metrics/index.ts";

const keysBy = (...ways: readonly Separation["by"][]): readonly string[] =>
  METRICS.filter(({ separation }) => separation !== null && ways.includes(separation.by)).map(({ key }) => key);

/** Metrics that the hardware point decides alone. */
export const FIXED_METRICS = keysBy("chip");
export const chipMetrics = MEASURED_METRICS.filter((metric) => metric.stage === "chip");

/** What of a study is a sum, and so can be enumerated exactly. */
export const DECOMPOSABLE_METRICS: readonly string[] = [...keysBy("model"), ...FIXED_METRICS, ...keysBy("sum")];

/** Share of the hours of use that the device is busy: at most 1. */
export const DUTY = "duty";

/**
 * Bytes beyond the capacity of DRAM, at most 0. Parameters of both towers stay; of what lives only while a tower runs,
 * the larger counts, so that there are two limits, each with one tower's.
 */
export const FIRST_LIVE = "dram_beyond_first_B";
export const SECOND_LIVE = "dram_beyond_second_B";
/** The same where there is one tower. */
export const ALL_LIVE = "dram_beyond_B";

/**
 * What a limit is compared with. Seconds of two towers that are added up may be above a limit that their sum in cycles meets; cycles are
 * whole numbers, and exact in any order. So a latency that is at most something has a column for each such limit.
 */
export function columnOfLimit({ metric, comparison, limit }: Omit<DecomposedLimit, "text">): string {
  return metric === "latency_s" && comparison === "<=" ? `${AT_MOST}${limit}` : metric;
}

const AT_MOST = "latency_s at most ";

/** The limit that a column of {@link columnOfLimit} is for, s; null: it is another one. */
export function latencyLimitOf(column: string): number | null {
  return column.startsWith(AT_MOST) ? Number(column.slice(AT_MOST.length)) : null;
}

/** From here on the next whole number may be the same number. */
const MOST_EXACT = 2 ** 50;
/** Room for the rounding of a few sums: as long as cycles are whole numbers below 2^46, the next of them is out of it. */
const ROUNDING = 1e-14;

/** The longest latency that meets a limit at a clock, s: the most whole cycles that do, and some room for rounding. */
export function longestWithin(limit: number, clock: number): number {
  let cycles = Math.floor(limit * clock);
  if (!(cycles < MOST_EXACT)) return limit;
  while ((cycles + 1) / clock <= limit) cycles += 1;
  while (cycles / clock > limit) cycles -= 1;
  return (cycles * (1 + ROUNDING)) / clock;
}

/** A metric that is the largest over the operators, as one tower and what runs beside the towers have it. */
export interface LargestPart {
  readonly metric: Metric;
  readonly side: 0 | 1;
}

const SIDES = ["first tower", "second tower"] as const;

/** Names of the parts of a metric that is the largest over the operators; the metric is the largest of them. */
export function partsOfLargest(key: string, towerCount: 1 | 2): readonly string[] {
  return SIDES.slice(0, towerCount).map((side) => `${key}, ${side}`);
}

/** The part of this name; null: it is no part. */
export function largestPart(name: string): LargestPart | null {
  const side = SIDES.findIndex((each) => name.endsWith(`, ${each}`));
  const metric = metricOfKey(name.split(", ")[0]!);
  return side < 0 || metric?.separation?.by !== "largest" ? null : { metric, side: side as 0 | 1 };
}

/** Whether a metric is the largest over the operators. */
export function isLargest(key: string): boolean {
  return metricOfKey(key)?.separation?.by === "largest";
}

const CARBON = "carbon_total_kgCO2e";
const IN_WORLD = `${CARBON}, world `;

/** Name of the total carbon, kgCO2e, that a design has in another world of a request, counted from 0. */
export function carbonInWorld(world: number): string {
  return `${IN_WORLD}${world}`;
}

/** The world of this name; null: it is no total carbon of a world. */
export function worldOf(name: string): number | null {
  return name.startsWith(IN_WORLD) ? Number(name.slice(IN_WORLD.length)) : null;
}

/** The metric of a key, or that a name is a part of. */
export function metricBehind(name: string): Metric | undefined {
  if (worldOf(name) !== null) return metricOfKey(CARBON);
  return largestPart(name)?.metric ?? metricOfKey(name);
}
