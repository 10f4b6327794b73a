import type { GramsPerKilowattHour, KilogramsCO2e, Seconds, Watts } from "../units/quantity.ts";

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
  /** `server`: never switched off, idle at the power of the board. Absent: an edge device, switched down when nothing runs. */
  readonly class?: "server";
  /** Energy of the site over that of its machines, ≥ 1; absent: 1. */
  readonly pue?: number;
  /** The machine that holds the device; absent: none is charged. */
  readonly host?: Host;
  /** Share of the device and of its host that is reserved for this work, (0, 1]; absent: all of it. */
  readonly share?: number;
  /** What the grid's intensity is, where the user gives one. */
  readonly gridBasis?: GridBasis;
  readonly gridKind?: GridKind;
}

/** Of the grid at the place, or of the contracts that were bought (GHG Protocol, scope 2). */
export const GRID_BASES = ["location", "market"] as const;
export type GridBasis = (typeof GRID_BASES)[number];
/** Of all generation, or of what one kilowatt hour more would add. */
export const GRID_KINDS = ["average", "marginal"] as const;
export type GridKind = (typeof GRID_KINDS)[number];

/** A host with what is shared of its rack: its own power and embodied carbon, without the devices, and how many it holds. */
export interface Host {
  readonly power: Watts;
  readonly carbon: KilogramsCO2e;
  readonly devices: number;
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
