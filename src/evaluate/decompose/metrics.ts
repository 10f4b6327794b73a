/** Metrics that the hardware point decides alone. */
export const FIXED_METRICS = ["area_mm2", "peak_TOPS", "carbon_embodied_kgCO2e"] as const;

/** Metrics that are sums over operators. */
const SUMS = [
  "latency_s",
  "energy_total_J",
  "carbon_operational_kgCO2e",
  "carbon_total_kgCO2e",
  "cdp_kgCO2e_s",
] as const;

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

/** What of a study is a sum, and so can be enumerated exactly. */
export const DECOMPOSABLE_METRICS: readonly string[] = ["accuracy", ...FIXED_METRICS, ...SUMS];
