import type { GramsPerKilowattHour, Seconds } from "../units/quantity.ts";

/** Where, how long and how much a device is used. */
export interface Deployment {
  /** Named region of presets/regions.yaml, or "custom" where an intensity was given as a number. */
  readonly region: string;
  readonly gridIntensity: GramsPerKilowattHour;
  readonly gridSource: string;
  /** Of the hours without use, where the grid is given by hour; absent: as gridIntensity. */
  readonly gridIntensityOff?: GramsPerKilowattHour;
  /** Grid by time of day, in 24, 48, 96 or 288 slots of equal length from midnight; absent: one intensity for all hours. */
  readonly gridDay?: readonly GramsPerKilowattHour[];
  /** What gridDay is the mean of. */
  readonly gridTrace?: GridTrace;
  /** Intensity of the cleanest slot of the hours of use, of the next one, …; there where work can wait. */
  readonly gridCleanest?: readonly GramsPerKilowattHour[];
  /** Share of the inferences, 0 to 1, that can wait for a cleaner slot of the hours of use of their day; absent: 0. */
  readonly canWait?: number;
  /** What a kilogram of CO2e costs; absent: nothing is said of it. */
  readonly carbonPrice?: CarbonPrice;
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

/** Complete days of a grid, of equal slots from midnight. */
export interface GridTrace {
  readonly region: string;
  /** 24, 48, 96 or 288. */
  readonly slotsPerDay: number;
  /** Day after day; a whole number of days. */
  readonly values: readonly GramsPerKilowattHour[];
}

export interface CarbonPrice {
  /** In the currency's unit, a kilogram of CO2e. */
  readonly perKilogram: number;
  /** Three letters of ISO 4217. */
  readonly currency: string;
}

/** A copy that is being made. */
export type Changeable<T> = { -readonly [Key in keyof T]: T[Key] };
