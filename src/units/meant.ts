import { multiply, parseDecimal, toNumber, type Ratio } from "./ratio.ts";
import { UNIT_TABLES, type QuantityKind } from "./tables.ts";

/*
 * What people write who mean a unit but spell it otherwise. A guess that is wrong by a factor is worse than none, so a spelling is
 * answered with amounts that are right, several where it has several meanings, and one that could mean anything (`5 m`) with none.
 */

type Spellings = Readonly<Record<string, readonly string[]>>;

/** The same amounts for each of several spellings. */
function alike(amounts: readonly string[], ...spellings: readonly string[]): Spellings {
  return Object.fromEntries(spellings.map((spelling) => [spelling, amounts]));
}

/** Spelling → one of it, in units that are known. Of words the small letters stand for all. */
const SPELLINGS: Readonly<Record<QuantityKind, Spellings>> = {
  size: {
    ...alike(["1 KiB"], "K", "Ki"),
    ...alike(["1 KiB", "1 kB"], "KB", "k", "kilobyte", "kilobytes"),
    ...alike(["1 MiB"], "M", "Mi"),
    ...alike(["1 GiB"], "G", "Gi"),
    ...alike(["1 TiB"], "T", "Ti"),
    ...alike(["1 B"], "byte", "bytes"),
    ...alike(["0.125 B"], "bit", "bits"),
    ...alike(["1 B", "0.125 B"], "b"),
    ...alike(["1 kB", "125 B"], "kb", "Kb"),
    ...alike(["1 MB", "125 kB"], "mb", "Mb"),
    ...alike(["1 GB", "125 MB"], "gb", "Gb"),
    ...alike(["1 TB", "125 GB"], "tb", "Tb"),
    ...alike(["125 B", "128 B"], "kbit", "Kbit"),
    ...alike(["125 kB", "128 KiB"], "Mbit", "mbit"),
    ...alike(["125 MB", "128 MiB"], "Gbit", "gbit"),
    ...alike(["1 MB", "1 MiB"], "megabyte", "megabytes"),
    ...alike(["1 GB", "1 GiB"], "gigabyte", "gigabytes"),
  },
  time: {
    ...alike(["1 years"], "y", "yr", "yrs", "a"),
    ...alike(["1 months"], "mo", "mon"),
    ...alike(["7 days"], "w", "wk", "week", "weeks"),
    ...alike(["1 days"], "d"),
    ...alike(["1 h"], "hr", "hrs", "hour", "hours"),
    ...alike(["1 min"], "mins", "minute", "minutes"),
    ...alike(["1 s"], "sec", "secs", "second", "seconds"),
    ...alike(["1 ms"], "msec", "msecs", "millisecond", "milliseconds"),
    ...alike(["1 us"], "usec", "usecs", "microsecond", "microseconds", "\u03bcs"),
    ...alike(["1 ns"], "nsec", "nsecs", "nanosecond", "nanoseconds"),
  },
  frequency: {
    ...alike(["1 kHz"], "K", "k"),
    ...alike(["1 MHz"], "M"),
    ...alike(["1 GHz"], "G"),
    ...alike(["1 Hz"], "/s", "cycles/s", "hertz"),
  },
  area: {
    ...alike(["1 mm2"], "mm", "sqmm", "sq mm", "sq. mm", "mm*mm", "square mm"),
    ...alike(["1 cm2"], "sqcm", "sq cm", "square cm"),
    ...alike(["1 um2"], "um\u00b2", "\u00b5m2", "\u00b5m^2", "\u00b5m\u00b2", "\u03bcm2", "\u03bcm^2", "\u03bcm\u00b2"),
  },
  length: {
    ...alike(["1 nm"], "nanometer", "nanometers", "nanometre", "nanometres"),
    ...alike(["1 um"], "\u00b5m", "\u03bcm", "micron", "microns"),
    ...alike(["0.1 nm"], "A", "\u00c5", "\u212b"),
  },
  throughput: {
    ...alike(["0.001 GOPS"], "MOPS", "MFLOPS"),
    ...alike(["1 GOPS"], "GFLOPS", "GFLOP/s", "GOP/s", "Gops"),
    ...alike(["1 TOPS"], "TFLOPS", "TFLOP/s", "TOP/s", "T"),
    ...alike(["1 POPS"], "PFLOPS", "PFLOP/s", "POP/s"),
    ...alike(["2 GOPS"], "GMACS", "GMAC/s", "GMACs/s"),
    ...alike(["2 TOPS"], "TMACS", "TMAC/s", "TMACs/s"),
  },
  rate: {
    ...alike(["1 /s"], "/sec", "/second", "per second", "per s", "qps", "rps", "fps", "ips", "1/s", "s^-1", "req/s"),
    ...alike(["1 /s"], "requests/s", "queries/s", "images/s", "frames/s", "inferences/s", "inf/s", "tokens/s"),
    ...alike(["1 /min"], "/minute", "per minute", "per min", "rpm"),
    ...alike(["1 /h"], "/hr", "/hour", "per hour", "per h"),
    ...alike(["1 /day"], "/d", "/days", "per day", "a day"),
    ...alike(["1 /year"], "/y", "/yr", "/a", "per year", "a year"),
    ...alike(["1000 /s"], "kHz"),
  },
  intensity: {
    ...alike(["1 gCO2e/kWh"], "gCO2eq/kWh", "gCO2-eq/kWh", "g CO2e/kWh", "g CO2/kWh", "g CO2eq/kWh"),
    ...alike(["1 gCO2e/kWh"], "kg/MWh", "kgCO2/MWh", "kgCO2e/MWh", "kgCO2eq/MWh"),
    ...alike(["1 kgCO2e/kWh"], "kgCO2/kWh", "kgCO2eq/kWh", "kg CO2e/kWh", "kg CO2/kWh"),
    ...alike(["1 kgCO2e/kWh"], "t/MWh", "tCO2/MWh", "tCO2e/MWh", "tCO2eq/MWh"),
    ...alike(["0.45359237 gCO2e/kWh"], "lb/MWh", "lbs/MWh"),
  },
  mass: {
    ...alike(["1 mgCO2e"], "mg", "mgCO2", "mgCO2eq"),
    ...alike(["1 gCO2e"], "g", "gCO2", "gCO2eq", "g CO2e", "g CO2"),
    ...alike(["1 kgCO2e"], "kg", "kgCO2", "kgCO2eq", "kg CO2e", "kg CO2"),
    ...alike(["1 tCO2e"], "t", "tCO2", "tCO2eq", "tonne", "tonnes", "t CO2e", "t CO2"),
  },
  energy: {
    ...alike(["1 uJ"], "\u03bcJ"),
    ...alike(["1 J"], "joule", "joules", "Ws"),
    ...alike(["3.6 J"], "mWh"),
    ...alike(["1000 kWh"], "MWh"),
  },
  "byte-rate": {},
  "energy-per-byte": {
    ...alike(["1 pJ/B"], "pJ/byte", "pj/byte"),
    ...alike(["1 pJ/bit"], "pJ/bits", "pj/bit"),
    ...alike(["1 pJ/bit", "1 pJ/B"], "pJ/b"),
    ...alike(["8 fJ/B"], "fJ/bit"),
  },
  cycles: alike(["1 cycles"], "clk", "clks", "clock", "clocks", "cyc", "cycs", "cc", "ticks"),
  fraction: {
    ...alike(["1 %"], "percent", "per cent", "pct"),
    ...alike(["0.1 %"], "\u2030"),
  },
  "energy-delay": {
    ...alike(["1 J*s"], "Js", "J.s", "J\u00b7s"),
    ...alike(["1 mJ*s"], "mJs", "mJ.s", "mJ\u00b7s", "J*ms"),
    ...alike(["1 uJ*s"], "uJs", "uJ.s", "uJ\u00b7s", "\u00b5Js", "\u00b5J*s", "\u00b5J\u00b7s", "mJ*ms", "J*us"),
  },
  power: {
    ...alike(["1 W"], "watt", "watts", "J/s"),
    ...alike(["1 mW"], "milliwatt", "milliwatts"),
    ...alike(["1 uW"], "\u00b5W", "\u03bcW"),
  },
  "energy-delay-squared": {
    ...alike(["1 J*s2"], "Js2", "Js^2", "J\u00b7s2", "J*s\u00b2", "J\u00b7s\u00b2", "J*s*s"),
    ...alike(["1 mJ*s2"], "mJs2", "mJs^2", "mJ\u00b7s2", "mJ*s\u00b2", "mJ\u00b7s\u00b2", "mJ*s*s"),
    ...alike(["1 uJ*s2"], "uJs2", "uJs^2", "uJ\u00b7s2", "uJ*s\u00b2", "\u00b5J*s2", "\u00b5J*s\u00b2"),
  },
  "carbon-delay": {
    ...alike(["1 kgCO2e*s"], "kg*s", "kgs", "kgCO2*s", "kgCO2e.s", "kgCO2e\u00b7s", "kgCO2eq*s"),
    ...alike(["1 gCO2e*s"], "g*s", "gCO2*s", "gCO2e.s", "gCO2e\u00b7s", "gCO2eq*s"),
  },
  money: {},
};

function spelled(unit: string, kind: QuantityKind): readonly string[] | undefined {
  const spellings = SPELLINGS[kind];
  const word = unit.toLowerCase().replace(/\s+/g, " ");
  const isWord = unit.length > 2;
  if (Object.hasOwn(spellings, unit)) return spellings[unit];
  if (isWord && Object.hasOwn(spellings, word)) return spellings[word];
  const inOtherLetters = [...UNIT_TABLES[kind].units.keys()].filter((known) => known.toLowerCase() === word);
  return inOtherLetters.length === 0 ? undefined : inOtherLetters.map((known) => `1 ${known}`);
}

const LARGER: Readonly<Record<string, string>> = { B: "kB", kB: "MB", MB: "GB", GB: "TB" };

/** 1000 MB are 1 GB. */
function inLargerUnit(count: number, unit: string): readonly [number, string] {
  const larger = LARGER[unit];
  if (larger === undefined || count === 0 || count % 1000 !== 0) return [count, unit];
  return inLargerUnit(count / 1000, larger);
}

/** 5 times `1 years` → `5 years`; a plural in the unit is left out where there is one. */
function times(value: Ratio, amount: string): string {
  const [, factor = "", known = ""] = /^(\S+) (.*)$/.exec(amount) ?? [];
  const [count, unit] = inLargerUnit(toNumber(multiply(value, parseDecimal(factor)!)), known);
  const number = String(count);
  if (unit.startsWith("/")) return `${number}${unit}`;
  const isOne = number === "1" && ["years", "months", "days", "cycles"].includes(unit);
  return `${number} ${isOne ? unit.slice(0, -1) : unit}`;
}

/**
 * Amounts that were probably meant by a number with something that is no unit of its kind: `64` and `K` → `64 KiB`. Several where
 * the spelling has several meanings; none where nothing is likely.
 */
export function meantBy(value: Ratio, unit: string, kind: QuantityKind): readonly string[] {
  return (spelled(unit, kind) ?? []).map((amount) => times(value, amount));
}

const PERIODS: Readonly<Record<string, "cycle" | "s">> = {
  ...Object.fromEntries(
    ["cycle", "cycles", "clk", "clock", "clocks", "cyc", "cc", "tick"].map((name) => [name, "cycle"]),
  ),
  ...Object.fromEntries(["s", "sec", "secs", "second", "seconds"].map((name) => [name, "s"])),
};

/** Rates in bits a second are decimal. */
const BITS_PER_SECOND: Spellings = {
  ...alike(["0.125 B"], "b"),
  ...alike(["125 B"], "Kb", "kb", "kbit", "Kbit"),
  ...alike(["125 kB"], "Mb", "Mbit"),
  ...alike(["125 MB"], "Gb", "Gbit"),
  ...alike(["125 GB"], "Tb", "Tbit"),
};

/** As {@link meantBy}, for a number with something that is no unit of a bandwidth: `128` and `bit/cycle` → `16 B/cycle`. */
export function bandwidthMeantBy(value: Ratio, unit: string): readonly string[] {
  const [, amount = "", per = ""] = /^(.*?)\s*(?:\/|\bper\b)\s*(\w+)$/i.exec(unit) ?? /^(.*[Bb])p(s)$/.exec(unit) ?? [];
  const period = PERIODS[per.toLowerCase()];
  if (period === undefined) return [];
  const isKnown = UNIT_TABLES.size.units.has(amount);
  const bits = period === "s" && Object.hasOwn(BITS_PER_SECOND, amount) ? BITS_PER_SECOND[amount] : undefined;
  const amounts = isKnown ? [`1 ${amount}`] : (bits ?? spelled(amount, "size") ?? []);
  return amounts.map((each) => `${times(value, each)}/${period}`);
}
