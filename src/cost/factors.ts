import type { Technology } from "../spec/technology.ts";
import { CostError } from "./errors.ts";
import { readTable } from "./table.ts";

/** Factors that act on products of several dies, and on nothing else. */
export const PACKAGE_FACTORS = [
  "bondYield",
  "bondEnergy",
  "viaEnergy",
  "placementYield",
  "fanOutEnergy",
  "designEnergy",
  "linkEnergy",
  "stackedDramShare",
] as const;

export type PackageFactor = (typeof PACKAGE_FACTORS)[number];

/** The closed list behind `--set technology.<factor>=<value>`; numbers and sources stand in tables/factors.yaml. */
export const FACTOR_NAMES = [
  "macEnergy",
  "peOverheadEnergy",
  "macArea",
  "registerEnergyLevel",
  "registerAreaLevel",
  "sramEnergyLevel",
  "sramEnergyFloor",
  "sramAreaLevel",
  "sramArrayEfficiency",
  "leakageLevel",
  "logicLeakage",
  "gatedLeakage",
  "wireEnergy",
  "vectorEnergyLevel",
  "vectorLaneArea",
  "nocAreaLevel",
  "controllerAreaLevel",
  "phyAreaLevel",
  "dramEnergyPerBit",
  "dramBackgroundLevel",
  "dramCarbonPerGB",
  "dramYield",
  "dramChargedCapacity",
  "fabIntensity",
  "fabEnergyPerArea",
  "materialPerArea",
  "gasAbatement",
  "yieldModel",
  "fabYield",
  "defectDensity",
  "yieldClustering",
  "edgeLoss",
  "waferDiameter",
  "packageCarbon",
  "gridLevel",
  "coreShare",
  "wholeShare",
  "packageAreaRatio",
  "packageEnergyPerArea",
  "interposerCarbon",
  "boardLevel",
  ...PACKAGE_FACTORS,
] as const;

export type FactorName = (typeof FACTOR_NAMES)[number];
export type Profile = Technology["profile"];

/** Default of one factor in one profile. Value null: taken from the table that `note` names, by type or node. */
export interface FactorDefault {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly year: number;
  readonly source: string;
  readonly note: string;
}

export interface Factor {
  readonly name: FactorName;
  readonly unit: string;
  readonly description: string;
  /** Null: the profile does not use the factor, and refuses a value for it. */
  readonly published: FactorDefault | null;
  readonly calibrated: FactorDefault | null;
}

/** Null: not set, and the profile takes it from a table (or does not use it). */
export type FactorValues = Readonly<Record<FactorName, number | null>>;

let catalogue: ReadonlyMap<string, Factor> | null = null;

export function factorCatalogue(): ReadonlyMap<string, Factor> {
  if (catalogue !== null) return catalogue;
  const { factors } = readTable("factors") as { readonly factors: readonly Factor[] };
  catalogue = new Map(factors.map((factor) => [factor.name, factor]));
  return catalogue;
}

const resolved = new WeakMap<Technology, FactorValues>();

/**
 * Defaults of the profile with the overrides of `technology.factors` laid over them.
 * @throws CostError `cost/unknown-factor`, `cost/factor-not-in-profile`, `cost/factor-range`
 */
export function factorsOf(technology: Technology): FactorValues {
  const known = resolved.get(technology);
  if (known) return known;
  const values = {} as Record<FactorName, number | null>;
  for (const name of FACTOR_NAMES) values[name] = factorCatalogue().get(name)?.[technology.profile]?.value ?? null;
  for (const [name, value] of Object.entries(technology.factors)) {
    checkFactor(name, value, technology.profile);
    values[name as FactorName] = value;
  }
  const frozen = Object.freeze(values);
  resolved.set(technology, frozen);
  return frozen;
}

/** Value of a factor that the profile gives a number for. */
export function factor(values: FactorValues, name: FactorName): number {
  const value = values[name];
  if (value === null) throw new Error(`factor ${name} has no value in this profile`);
  return value;
}

/** Factors by which something is divided, and shares: (0, 1]. */
const SHARES: ReadonlySet<string> = new Set([
  "fabYield",
  "dramYield",
  "sramArrayEfficiency",
  "coreShare",
  "wholeShare",
  "bondYield",
  "placementYield",
]);
const POSITIVE: ReadonlySet<string> = new Set(["yieldClustering", "waferDiameter"]);
const CODES: Readonly<Record<string, number>> = { yieldModel: 3, edgeLoss: 1 };

function checkFactor(name: string, value: number, profile: Profile): void {
  const path = `technology.${name}`;
  const known = factorCatalogue().get(name);
  if (!known) throw new CostError("cost/unknown-factor", path, "there is no such factor.", FACTOR_NAMES);
  if (known[profile] === null) {
    throw new CostError("cost/factor-not-in-profile", path, `the profile "${profile}" does not use this factor.`);
  }
  if (!Number.isFinite(value) || value < 0) {
    throw new CostError("cost/factor-range", path, `must be a finite number of at least 0, not ${value}.`);
  }
  if ((SHARES.has(name) && (value <= 0 || value > 1)) || (name === "gatedLeakage" && value > 1)) {
    throw new CostError("cost/factor-range", path, `is a share and must lie in (0, 1], not be ${value}.`);
  }
  if (POSITIVE.has(name) && value === 0) throw new CostError("cost/factor-range", path, "must be more than 0.");
  const largest = CODES[name];
  if (largest !== undefined && !(Number.isInteger(value) && value <= largest)) {
    throw new CostError("cost/factor-range", path, `is a whole number from 0 to ${largest}, not ${value}.`);
  }
  if (name === "gasAbatement" && (value < 95 || value > 99)) {
    throw new CostError("cost/factor-range", path, `the tables hold 95 to 99 %, not ${value}.`);
  }
}
