import type { GramsPerKilowattHour, Seconds } from "../units/quantity.ts";

/** Where, how long and how much a device is used. */
export interface Deployment {
  /** Named region of presets/regions.yaml, or "custom" where an intensity was given as a number. */
  readonly region: string;
  readonly gridIntensity: GramsPerKilowattHour;
  readonly gridSource: string;
  readonly lifetime: Seconds;
  /** Inferences per second during hours of use. */
  readonly rate: number;
  /** Hours of use a day, 0 to 24. */
  readonly hoursPerDay: number;
  /** Inferences over the life; null: rate × hoursPerDay × 3600 × days (365 a year). */
  readonly inferences: number | null;
  /** Inputs in one inference, ≥ 1. */
  readonly batch: number;
}
