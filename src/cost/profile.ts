import type { Profile } from "./factors.ts";

/** Charging rules of the published estimator, each a flag; `calibrated` leaves every one off. */
export interface ChargingRules {
  /** Energy listed for an access of 32 bits is charged for each 8-bit word of a GEMM. */
  readonly wordChargedAsAccess: boolean;
  /** A write costs what a read costs. */
  readonly writeChargedAsRead: boolean;
  /** One MAC energy and area for every precision. */
  readonly precisionIgnored: boolean;
  /** Area and energy of a buffer do not depend on its bandwidth. */
  readonly bandwidthFree: boolean;
  /** The vector unit of each core has its own copy of the local buffer, and `array.rows` lanes. */
  readonly secondLocalBuffer: boolean;
  /** Only the energy of inferences is charged: no idle time, no memory background. */
  readonly inferenceEnergyOnly: boolean;
}

const RULES: Readonly<Record<Profile, ChargingRules>> = {
  published: {
    wordChargedAsAccess: true,
    writeChargedAsRead: true,
    precisionIgnored: true,
    bandwidthFree: true,
    secondLocalBuffer: true,
    inferenceEnergyOnly: true,
  },
  calibrated: {
    wordChargedAsAccess: false,
    writeChargedAsRead: false,
    precisionIgnored: false,
    bandwidthFree: false,
    secondLocalBuffer: false,
    inferenceEnergyOnly: false,
  },
};

export function chargingRules(profile: Profile): ChargingRules {
  return RULES[profile];
}

/** Node and clock of the published tables. */
export const PUBLISHED_NODE_NM = 22;
