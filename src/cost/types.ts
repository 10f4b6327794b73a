import type { Breakdown, Unknown } from "../metrics/index.ts";
import type { GramsPerKilowattHour, KilogramsCO2e, Watts } from "../units/quantity.ts";

export type { Breakdown, Unknown };

export interface Area extends Breakdown {
  readonly unit?: "mm2";
}

/** Static powers of the die and the memory by state, W. */
export interface StaticPower {
  readonly dieActive: Watts;
  readonly dieIdle: Watts;
  /** In hours without use. */
  readonly dieOff: Watts;
  readonly dramActive: Watts;
  readonly dramStandby: Watts;
  readonly dramSelfRefresh: Watts;
}

export interface EmbodiedCarbon extends Breakdown {
  readonly unit?: "kgCO2e";
}

export interface OperationalCarbon {
  readonly total: KilogramsCO2e;
  readonly parts: Readonly<Record<string, KilogramsCO2e>>;
  readonly inferences: number;
  readonly gridIntensity: GramsPerKilowattHour;
  /** What the inferences run on, where some of them wait for cleaner hours; absent: gridIntensity. */
  readonly inferenceIntensity?: GramsPerKilowattHour;
  readonly policy: string;
  /** The same device never switched down. */
  readonly alwaysOnTotal: KilogramsCO2e;
}
