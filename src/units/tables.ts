import { divide, multiply, parseDecimal, type Ratio } from "./ratio.ts";

/** What a quantity measures; each kind has one canonical unit, in which numbers are kept. */
export type QuantityKind =
  | "size"
  | "time"
  | "frequency"
  | "area"
  | "length"
  | "throughput"
  | "rate"
  | "intensity"
  | "mass"
  | "energy"
  | "energy-per-byte"
  | "byte-rate"
  | "cycles"
  | "fraction"
  | "power"
  | "energy-delay"
  | "energy-delay-squared"
  | "carbon-delay"
  | "money";

export interface UnitTable {
  /** Noun with article for messages: "a size". */
  readonly noun: string;
  /** Unit in which values are kept. */
  readonly canonical: string;
  /** What a user could have written. */
  readonly examples: readonly [string, string];
  /** Unit → how many canonical units it is. */
  readonly units: ReadonlyMap<string, Ratio>;
  /** Units used when formatting for people, ascending. */
  readonly shown: readonly string[];
}

const exact = (text: string): Ratio => {
  const value = parseDecimal(text);
  if (!value) throw new Error(`units: ${text} is not a decimal`);
  return value;
};

function table(
  noun: string,
  canonical: string,
  examples: readonly [string, string],
  units: Readonly<Record<string, string>>,
  shown: readonly string[],
): UnitTable {
  const map = new Map(Object.entries(units).map(([unit, value]) => [unit, exact(value)] as const));
  return { noun, canonical, examples, units: map, shown };
}

export const SECONDS_PER_DAY = 86_400;
/** A year is 365 days. */
export const SECONDS_PER_YEAR = 365 * SECONDS_PER_DAY;

/** A year is 365 days. Prefixes are SI; KiB, MiB, GiB, TiB are powers of 1024. */
export const UNIT_TABLES: Readonly<Record<QuantityKind, UnitTable>> = {
  size: table(
    "a size",
    "B",
    ["48 MiB", "512 KiB"],
    {
      B: "1",
      KiB: `${1024}`,
      MiB: `${1024 ** 2}`,
      GiB: `${1024 ** 3}`,
      TiB: `${1024 ** 4}`,
      kB: "1e3",
      MB: "1e6",
      GB: "1e9",
      TB: "1e12",
    },
    ["B", "KiB", "MiB", "GiB", "TiB"],
  ),
  time: table(
    "a time",
    "s",
    ["50 ms", "3 years"],
    {
      ps: "1e-12",
      ns: "1e-9",
      us: "1e-6",
      µs: "1e-6",
      ms: "1e-3",
      s: "1",
      min: "60",
      h: "3600",
      day: `${SECONDS_PER_DAY}`,
      days: `${SECONDS_PER_DAY}`,
      month: `${SECONDS_PER_YEAR / 12}`,
      months: `${SECONDS_PER_YEAR / 12}`,
      year: `${SECONDS_PER_YEAR}`,
      years: `${SECONDS_PER_YEAR}`,
    },
    ["ps", "ns", "us", "ms", "s", "h", "days", "years"],
  ),
  frequency: table("a frequency", "Hz", ["625 MHz", "1.2 GHz"], { Hz: "1", kHz: "1e3", MHz: "1e6", GHz: "1e9" }, [
    "Hz",
    "kHz",
    "MHz",
    "GHz",
  ]),
  area: table(
    "an area",
    "mm2",
    ["31.99 mm2", "1.2 cm2"],
    { mm2: "1", "mm^2": "1", "mm²": "1", cm2: "100", "cm^2": "100", "cm²": "100", um2: "1e-6", "um^2": "1e-6" },
    ["um2", "mm2"],
  ),
  length: table("a process node", "nm", ["22 nm", "7 nm"], { nm: "1", um: "1e3" }, ["nm"]),
  throughput: table("a peak throughput", "TOPS", ["20.48 TOPS", "500 GOPS"], { GOPS: "1e-3", TOPS: "1", POPS: "1e3" }, [
    "GOPS",
    "TOPS",
    "POPS",
  ]),
  rate: table(
    "a rate",
    "1/s",
    ["1/s", "100/h"],
    { "/s": "1", "/min": "1", "/h": "1", "/day": "1", "/year": "1", Hz: "1" },
    ["/s"],
  ),
  intensity: table(
    "a grid intensity",
    "gCO2e/kWh",
    ["224 gCO2e/kWh", "0.4 kgCO2e/kWh"],
    { "gCO2e/kWh": "1", "g/kWh": "1", "gCO2/kWh": "1", "kgCO2e/kWh": "1e3", "kg/kWh": "1e3" },
    ["gCO2e/kWh"],
  ),
  mass: table(
    "a mass of CO2e",
    "kgCO2e",
    ["0.5 kgCO2e", "80 gCO2e"],
    { mgCO2e: "1e-6", gCO2e: "1e-3", kgCO2e: "1", tCO2e: "1e3" },
    ["mgCO2e", "gCO2e", "kgCO2e", "tCO2e"],
  ),
  energy: table(
    "an energy",
    "J",
    ["20 mJ", "1.5 J"],
    {
      pJ: "1e-12",
      nJ: "1e-9",
      uJ: "1e-6",
      µJ: "1e-6",
      mJ: "1e-3",
      J: "1",
      kJ: "1e3",
      MJ: "1e6",
      Wh: "3600",
      kWh: "3.6e6",
    },
    ["pJ", "nJ", "uJ", "mJ", "J", "kJ"],
  ),
  "energy-per-byte": table(
    "an energy per byte",
    "pJ/B",
    ["0.15 pJ/B", "4 pJ/bit"],
    { "pJ/B": "1", "pJ/bit": "8", "fJ/B": "1e-3", "nJ/B": "1e3", "nJ/bit": "8e3" },
    ["pJ/B"],
  ),
  "byte-rate": table(
    "a bandwidth a second",
    "B/s",
    ["448 GB/s", "2 TB/s"],
    { "B/s": "1", "kB/s": "1e3", "MB/s": "1e6", "GB/s": "1e9", "TB/s": "1e12", "GiB/s": `${1024 ** 3}` },
    ["B/s", "MB/s", "GB/s", "TB/s"],
  ),
  cycles: table("a latency", "cycles", ["10 cycles", "1 cycle"], { cycle: "1", cycles: "1" }, ["cycles"]),
  fraction: table("a fraction", "", ["0.6", "60 %"], { "": "1", "%": "0.01" }, ["%"]),
  "energy-delay": table(
    "an energy-delay product",
    "J*s",
    ["0.002 J*s", "2 mJ*s"],
    { "J*s": "1", "mJ*s": "1e-3", "uJ*s": "1e-6" },
    ["uJ*s", "mJ*s", "J*s"],
  ),
  power: table("a power", "W", ["15 W", "250 mW"], { uW: "1e-6", mW: "1e-3", W: "1", kW: "1e3" }, [
    "uW",
    "mW",
    "W",
    "kW",
  ]),
  "energy-delay-squared": table(
    "an energy-delay-squared product",
    "J*s2",
    ["0.002 J*s2", "2 mJ*s2"],
    { "J*s2": "1", "J*s^2": "1", "mJ*s2": "1e-3", "mJ*s^2": "1e-3", "uJ*s2": "1e-6", "uJ*s^2": "1e-6" },
    ["uJ*s2", "mJ*s2", "J*s2"],
  ),
  "carbon-delay": table(
    "a carbon-delay product",
    "kgCO2e*s",
    ["0.03 kgCO2e*s", "30 gCO2e*s"],
    { "kgCO2e*s": "1", "gCO2e*s": "1e-3" },
    ["gCO2e*s", "kgCO2e*s"],
  ),
  // Which currency is said where the price is.
  money: table("an amount of money in the currency of the carbon price", "", ["250", "0.5"], { "": "1" }, [""]),
};

// The rate's units are one over a time: 100/h is 100 / 3600 s.
for (const unit of ["min", "h", "day", "year"]) {
  const seconds = UNIT_TABLES.time.units.get(unit);
  if (seconds) (UNIT_TABLES.rate.units as Map<string, Ratio>).set(`/${unit}`, divide(exact("1"), seconds));
}

/** A value in canonical units, exactly. Undefined: the kind has no such unit. */
export function toCanonical(value: Ratio, unit: string, kind: QuantityKind): Ratio | undefined {
  const factor = UNIT_TABLES[kind].units.get(unit);
  return factor && multiply(value, factor);
}
