import type { GramsPerKilowattHour, Seconds } from "../units/quantity.ts";

/** Where, how long and how much a device is used. */
export interface Deployment {
  /** Named region of presets/regions.yaml, or "custom" where an intensity was given as a number. */
  readonly region: string;
  readonly gridIntensity: GramsPerKilowattHour;
  readonly gridSource: string;
  /** Of the hours without use, where the grid is given by hour; absent: as gridIntensity. */
  readonly gridIntensityOff?: GramsPerKilowattHour;
  /** Grid by hour of the day, 24 values; absent: one intensity for all hours. */
  readonly gridDay?: readonly GramsPerKilowattHour[];
  /** Hour of the day at which the hours of use begin; matters only with gridDay. */
  readonly useFrom?: number;
  readonly lifetime: Seconds;
  /** Inferences per second during hours of use. */
  readonly rate: number;
  /** Hours of use a day, 0 to 24. */
  readonly hoursPerDay: number;
  /** Share of the hours of use in which the device is busy, 0 to 1, instead of a rate, which then follows from the latency. */
  readonly duty?: number;
  /** Inferences over the life; null: rate × hoursPerDay × 3600 × days (365 a year). */
  readonly inferences: number | null;
  /** Inputs in one inference, ≥ 1. */
  readonly batch: number;
}
