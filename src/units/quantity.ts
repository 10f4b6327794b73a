/**
 * A number that carries its unit in the type: free at run time, but joules do not pass where seconds are asked for.
 * A plain number is accepted anywhere, since arithmetic yields plain numbers.
 */
export type Quantity<Unit extends string> = number & { readonly __unit?: Unit };

export type Bytes = Quantity<"B">;
export type Hertz = Quantity<"Hz">;
export type Seconds = Quantity<"s">;
export type Cycles = Quantity<"cycles">;
export type Joules = Quantity<"J">;
export type Picojoules = Quantity<"pJ">;
export type Watts = Quantity<"W">;
export type SquareMillimetres = Quantity<"mm2">;
export type Nanometres = Quantity<"nm">;
export type KilogramsCO2e = Quantity<"kgCO2e">;
export type GramsPerKilowattHour = Quantity<"gCO2e/kWh">;

/**
 * Bytes per cycle as an exact ratio of whole numbers: 10.24 B/cycle is { bytes: 256, cycles: 25 }.
 * `cycles: 0` means unlimited.
 */
export interface Rate {
  readonly bytes: number;
  readonly cycles: number;
  /** Set where the rate was given per second: then the ratio follows the clock. */
  readonly bytesPerSecond?: number;
}

export const UNLIMITED: Rate = { bytes: 1, cycles: 0 };

export const PICOJOULES_PER_JOULE = 1e12;

/** Counted events cost picojoules, results are joules. */
export function joulesOf(picojoules: Picojoules): Joules {
  return picojoules / PICOJOULES_PER_JOULE;
}

export function picojoulesOf(joules: Joules): Picojoules {
  return joules * PICOJOULES_PER_JOULE;
}

/** An electricity meter's unit. */
export const JOULES_PER_KILOWATT_HOUR = 3.6e6;
